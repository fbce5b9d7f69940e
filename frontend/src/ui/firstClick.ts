import type { MouseEvent } from "react";

/** Act on a click, not on the second one of a double click. */
export const onFirstClick = (act: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) act();
};
