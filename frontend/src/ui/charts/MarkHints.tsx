import type { KeyboardEvent, ReactNode } from "react";
import { useHint } from "@/ui/useHint";

const textOf = (mark: Element) => mark.getAttribute("aria-label");

/** The words of a chart's marks, at the one that is pointed at or has the focus; arrow keys go from mark to mark. */
export function MarkHints({ children }: { children: ReactNode }) {
  const { handlers, shown } = useHint("[data-mark]", textOf);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    handlers.onKeyDown(event);
    moveBetweenMarks(event);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the chart's own marks
    <div {...handlers} onKeyDown={onKeyDown}>
      {children}
      {shown}
    </div>
  );
}

const STEPS: Partial<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One Tab stop for the chart; the arrow keys go from mark to mark. */
function moveBetweenMarks(event: KeyboardEvent<HTMLElement>) {
  const step = STEPS[event.key];
  if (step === undefined) return;
  const marks = [...event.currentTarget.querySelectorAll<SVGElement>("[data-mark]")];
  const from = marks.indexOf(document.activeElement as SVGElement);
  const next = marks[(from + step + marks.length) % marks.length];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
