import type { KeyboardEvent, ReactNode } from "react";
import classes from "./Figure.module.css";

interface MarkProps {
  /** Everything the mark says, for the pointer and for screen readers. */
  text: string;
  /** The one mark of a chart that Tab stops at. */
  isFirst?: boolean;
  /** Opens what stands behind the mark; Enter and the space bar do too. */
  onOpen?: (() => void) | undefined;
  children: ReactNode;
}

/** A part of a chart that says its values when pointed at or reached by keyboard; its figure shows the words. */
export function Mark({ text, isFirst = false, onOpen, children }: MarkProps) {
  // The mark's words are its name: what is written on it is part of them, perhaps shortened.
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: the group takes no focus, the mark around it does
  const drawn = <g aria-hidden="true">{children}</g>;
  const shared = { className: classes.mark, "aria-label": text, tabIndex: isFirst ? 0 : -1, "data-mark": "" };
  if (!onOpen) {
    return (
      // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes focus only to be read out
      <g {...shared} role="img">
        {drawn}
      </g>
    );
  }
  const openByKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onOpen();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button cannot be drawn inside an SVG
    <g {...shared} role="button" data-opens="" onClick={onOpen} onKeyDown={openByKey}>
      {drawn}
    </g>
  );
}
