import { Tooltip } from "@mantine/core";
import { type FocusEvent, type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";

interface Hint {
  text: string;
  box: { left: number; top: number; width: number; height: number };
}

/**
 * The words of a chart's marks, shown at the one that is pointed at or has the focus. One tooltip for all of them: a
 * chart of many readers has hundreds of marks. Escape takes the words away, the arrow keys go from mark to mark.
 */
export function MarkHints({ children }: { children: ReactNode }) {
  const [hint, setHint] = useState<Hint | null>(null);
  const show = (event: FocusEvent | PointerEvent) => setHint(hintOf(event.target));
  const hide = () => setHint(null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === "Escape") hide();
    else moveBetweenMarks(event);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the chart's own marks
    <div onPointerOver={show} onPointerLeave={hide} onFocus={show} onBlur={hide} onKeyDown={onKeyDown}>
      {children}
      {hint && (
        <Tooltip label={hint.text} opened multiline maw={360} style={{ whiteSpace: "pre-line" }}>
          <span aria-hidden style={{ position: "fixed", pointerEvents: "none", ...hint.box }} />
        </Tooltip>
      )}
    </div>
  );
}

function hintOf(target: EventTarget): Hint | null {
  const mark = target instanceof Element ? target.closest("[data-mark]") : null;
  if (!mark) return null;
  const { left, top, width, height } = mark.getBoundingClientRect();
  return { text: mark.getAttribute("aria-label") ?? "", box: { left, top, width, height } };
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
