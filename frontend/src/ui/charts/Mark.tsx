import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Figure.module.css";

interface MarkProps {
  /** Everything the mark says, for the pointer and for screen readers. */
  text: string;
  /** The one mark of a chart that Tab stops at. */
  isFirst?: boolean;
  children: ReactNode;
}

/** A part of a chart that says its values when pointed at or reached by keyboard. */
export function Mark({ text, isFirst = false, children }: MarkProps) {
  return (
    <Tooltip
      label={text}
      multiline
      maw={320}
      openDelay={0}
      events={{ hover: true, focus: true, touch: true }}
    >
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes focus only to be read out */}
      <g className={classes.mark} role="img" aria-label={text} tabIndex={isFirst ? 0 : -1} data-mark="">
        {children}
      </g>
    </Tooltip>
  );
}
