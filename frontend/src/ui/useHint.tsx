import { Portal, Tooltip } from "@mantine/core";
import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useId,
  useState,
} from "react";

interface Hint {
  text: string;
  box: { left: number; top: number; width: number; height: number };
}

interface HintArea {
  /** For the element around all that has a hint. */
  handlers: {
    onPointerOver: (event: PointerEvent) => void;
    onPointerLeave: () => void;
    onFocus: (event: FocusEvent) => void;
    onBlur: (event: FocusEvent) => void;
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  };
  shown: ReactNode;
}

/**
 * Hints of many parts of a page, shown at the one that is pointed at or has the focus: one tooltip for all of them,
 * because a page of twenty readers has a thousand. Escape takes the words away.
 */
export function useHint(selector: string, textOf: (element: Element) => string | null): HintArea {
  const id = useId();
  const [hint, setHint] = useState<Hint | null>(null);
  const show = (event: FocusEvent | PointerEvent) => {
    const found = event.target instanceof Element ? event.target.closest(selector) : null;
    const text = found && textOf(found);
    if (!found || !text) return setHint(null);
    const { left, top, width, height } = found.getBoundingClientRect();
    // A mark of a chart is named by its words already.
    if (event.type === "focus" && found.getAttribute("aria-label") !== text)
      found.setAttribute("aria-describedby", id);
    setHint({ text, box: { left, top, width, height } });
  };
  const hide = () => setHint(null);
  return {
    handlers: {
      onPointerOver: show,
      onPointerLeave: hide,
      onFocus: show,
      onBlur: (event) => {
        if (event.target.getAttribute("aria-describedby") === id)
          event.target.removeAttribute("aria-describedby");
        hide();
      },
      onKeyDown: (event) => {
        if (event.key === "Escape") hide();
      },
    },
    // Outside the figure, whose containment (content-visibility) would measure "fixed" from its own corner.
    shown: hint && (
      <Portal>
        <Tooltip id={id} label={hint.text} opened multiline maw={360} style={{ whiteSpace: "pre-line" }}>
          <span aria-hidden style={{ position: "fixed", pointerEvents: "none", ...hint.box }} />
        </Tooltip>
      </Portal>
    ),
  };
}
