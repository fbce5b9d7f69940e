import { type ReactNode, startTransition, useEffect, useState } from "react";

/**
 * What is not looked at first: drawn once the rest is on the screen, in pieces, so that the page answers meanwhile.
 * It is in the document afterwards whether anybody scrolls there or not, to be found and printed.
 */
export function Later({ children }: { children: ReactNode }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => startTransition(() => setDue(true)), []);
  return isDue ? children : null;
}
