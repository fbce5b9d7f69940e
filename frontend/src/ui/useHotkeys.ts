import { useEffect, useRef } from "react";
import { type HotkeyAction, RELEASED } from "@/domain/hotkeys";
import { actionOf, type Keymap } from "@/domain/keymap";
import { isField } from "./isField";

/** Actions that make sense even while the reader types into a field. */
const ALWAYS: ReadonlySet<HotkeyAction> = new Set(["sign"]);
/** A field has its own, once something has been typed into it. */
const OF_TEXT_TOO: ReadonlySet<HotkeyAction> = new Set(["undo", "redo"]);
/** Keys that a focused slider, choice or table with more below uses itself. */
const ARROWS = /^(Arrow|Page|Home|End)/;

/** Keys that press a focused button or tick a box. */
const PRESSES = new Set(["Enter", " "]);
/** Keys that walk through an open menu, choose from it and close it. */
const OF_MENU = /^(Arrow.*|Home|End|Enter| |Escape)$/;

/** Shift and 6 to 9 or 0: the choices of a long scale, while it has the focus; elsewhere they are keys of the images. */
function isLateChoice(event: KeyboardEvent): boolean {
  return event.shiftKey && !event.ctrlKey && !event.metaKey && /^Digit[67890]$/.test(event.code);
}

function belongsToTarget(event: KeyboardEvent): boolean {
  if (OF_MENU.test(event.key) && document.querySelector('[role="menu"]')) return true;
  if (!(event.target instanceof HTMLElement)) return false;
  if (isLateChoice(event))
    return event.target.matches('[data-question] [role="radio"], [data-question] [role="checkbox"]');
  if (ARROWS.test(event.key))
    return event.target.matches('[role="slider"], [role="radio"], input, [data-scrolls]');
  return PRESSES.has(event.key) && event.target.matches('button, a, input, [role="menuitem"]');
}

/** Whether this key means that the reader is done with the field: the keys go back to the images. */
function leavesField(event: KeyboardEvent): boolean {
  if (!isField(event.target) || event.target.closest('[role="dialog"], [aria-expanded="true"]')) return false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
  return event.key === "Escape" || (event.key === "Enter" && event.target.matches("input:not(form *)"));
}

/** One listener for the whole page; what each action does is passed in and may change at every render. */
export function useHotkeys(keymap: Keymap, act: (action: HotkeyAction) => void): void {
  const newest = useRef(act);
  newest.current = act;
  const keys = useRef(keymap);
  keys.current = keymap;
  const held = useRef<{ released: HotkeyAction; key: string } | null>(null);
  const isTyping = useTyping();
  useEffect(() => {
    const isLeftAlone = (event: KeyboardEvent, action: HotkeyAction) =>
      !ALWAYS.has(action) && (isTyping(event.target, action) || belongsToTarget(event));
    const onKeyDown = (event: KeyboardEvent) => {
      if (leavesField(event)) return (event.target as HTMLElement).blur();
      const action = actionOf(event, keys.current);
      if (!action || isLeftAlone(event, action)) return;
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
  }, [isTyping]);
}

/** Whether a key is the field's own: all but undo and redo, and these too once its text was changed. */
function useTyping(): (target: EventTarget | null, action: HotkeyAction) => boolean {
  const changed = useRef<EventTarget | null>(null);
  useEffect(() => {
    const begin = () => {
      changed.current = null;
    };
    const change = (event: Event) => {
      changed.current = event.target;
    };
    window.addEventListener("focusin", begin);
    window.addEventListener("input", change, { capture: true });
    return () => {
      window.removeEventListener("focusin", begin);
      window.removeEventListener("input", change, { capture: true });
    };
  }, []);
  return useRef((target: EventTarget | null, action: HotkeyAction) => {
    if (!isField(target)) return false;
    const hasOwnText = target === changed.current && !target.matches("select");
    return !OF_TEXT_TOO.has(action) || hasOwnText;
  }).current;
}
