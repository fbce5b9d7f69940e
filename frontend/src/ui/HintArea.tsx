import type { ReactNode } from "react";
import { useHint } from "./useHint";

const textOf = (element: Element) => element.getAttribute("data-hint");

/** Around whatever says more when pointed at or focused: every element with `data-hint`. */
export function HintArea({ children }: { children: ReactNode }) {
  const { handlers, shown } = useHint("[data-hint]", textOf);
  return (
    <div style={{ display: "contents" }} {...handlers}>
      {children}
      {shown}
    </div>
  );
}
