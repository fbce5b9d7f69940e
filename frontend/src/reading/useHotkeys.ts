import { useEffect, useRef } from "react";
import { type HotkeyAction, RELEASED } from "@/domain/hotkeys";
import { actionOf, type Keymap } from "@/domain/keymap";

/** Actions that make sense even while the reader types into a field. */
const ALWAYS: ReadonlySet<HotkeyAction> = new Set(["sign"]);
/** Keys that a focused slider or choice uses itself. */
const ARROWS = /^(Arrow|Page|Home|End)/;

/** Keys that press a focused button. */
const PRESSES = new Set(["Enter", " "]);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

/** Shift and 6 to 9 or 0: the choices of a long scale, while it has the focus; elsewhere they are keys of the images. */
function isLateChoice(event: KeyboardEvent): boolean {
  return event.shiftKey && !event.ctrlKey && !event.metaKey && /^Digit[67890]$/.test(event.code);
}

function belongsToTarget(event: KeyboardEvent): boolean {
  if (!(event.target instanceof HTMLElement)) return false;
  if (isLateChoice(event))
    return event.target.matches('[data-question] [role="radio"], [data-question] [role="checkbox"]');
  if (ARROWS.test(event.key)) return event.target.matches('[role="slider"], [role="radio"]');
  return PRESSES.has(event.key) && event.target.matches('button, a, [role="menuitem"]');
}

/** One listener for the whole page; what each action does is passed in and may change at every render. */
export function useHotkeys(keymap: Keymap, act: (action: HotkeyAction) => void): void {
  const newest = useRef(act);
  newest.current = act;
  const keys = useRef(keymap);
  keys.current = keymap;
  const held = useRef<{ released: HotkeyAction; key: string } | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const action = actionOf(event, keys.current);
      if (!action) return;
      if (!ALWAYS.has(action) && (isTyping(event.target) || belongsToTarget(event))) return;
      event.preventDefault();
      event.stopPropagation();
      const released = RELEASED[action];
      if (released && held.current) return;
      if (released) held.current = { released, key: event.key.toLowerCase() };
      newest.current(action);
    };
    const letGo = () => {
      if (held.current) newest.current(held.current.released);
      held.current = null;
    };
    const onKeyUp = (event: KeyboardEvent) => {
      // Whatever happened to Shift or Ctrl meanwhile, the key itself is up.
      if (event.key.toLowerCase() === held.current?.key) letGo();
    };
    // Before the viewport hears of it: Cornerstone has hotkeys of its own and swallows the others.
    window.addEventListener("keydown", onKeyDown, { capture: true });
    window.addEventListener("keyup", onKeyUp, { capture: true });
    // A key let go in another window is never heard of here.
    window.addEventListener("blur", letGo);
    return () => {
      window.removeEventListener("keydown", onKeyDown, { capture: true });
      window.removeEventListener("keyup", onKeyUp, { capture: true });
      window.removeEventListener("blur", letGo);
    };
  }, []);
}
