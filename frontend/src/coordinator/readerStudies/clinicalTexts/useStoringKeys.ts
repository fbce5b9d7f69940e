import { useEffect } from "react";
import type { TextStoring } from "./useTextStoring";

/** Ctrl and Z take back what was stored last; in a field they are the browser's own, of what is being typed. */
export function useStoringKeys({ undo, redo, isPending }: TextStoring, isDirty: boolean): void {
  useEffect(() => {
    if (isDirty || isPending) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isField(event.target)) return;
      const key = event.key.toLowerCase();
      const act = key === "z" && !event.shiftKey ? undo : key === "y" || key === "z" ? redo : undefined;
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [undo, redo, isPending, isDirty]);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
