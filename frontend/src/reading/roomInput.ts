import { useEffect } from "react";
import { isField } from "@/ui/isField";

/**
 * The room is worked in, not copied from: nothing outside its fields is selected or dragged, for the browser would take
 * the mouse away from whoever draws. Only what says so itself, a series, is dragged.
 */
export function useNothingSelected(): void {
  useEffect(() => {
    const keepUnselected = (event: KeyboardEvent) => {
      const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
      if (isAll && !isField(event.target)) event.preventDefault();
    };
    const keepInPlace = (event: DragEvent) => {
      const isMeant = event.target instanceof Element && event.target.closest('[draggable="true"]');
      if (!isMeant && !isField(event.target)) event.preventDefault();
    };
    window.addEventListener("keydown", keepUnselected, { capture: true });
    window.addEventListener("dragstart", keepInPlace, { capture: true });
    return () => {
      window.removeEventListener("keydown", keepUnselected, { capture: true });
      window.removeEventListener("dragstart", keepInPlace, { capture: true });
    };
  }, []);
}

/**
 * A button that was pressed with the mouse does not keep the keyboard: the space bar would press it again. Answers keep
 * it, for keys go to the question that has it; whoever presses a button by key stays on it.
 */
export function useMouseLeavesKeyboard(): void {
  useEffect(() => {
    const leave = (event: MouseEvent) => {
      const pressed = event.target instanceof Element ? event.target.closest("button") : null;
      if (!pressed || pressed.matches(KEEPS_KEYBOARD)) return;
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    };
    window.addEventListener("mousedown", leave, { capture: true });
    return () => window.removeEventListener("mousedown", leave, { capture: true });
  }, []);
}

const KEEPS_KEYBOARD = '[role="radio"], [draggable="true"], [role="dialog"] *, [role="menu"] *';
