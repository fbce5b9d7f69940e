import { useEffect } from "react";
import type { TextStoring } from "./useTextStoring";

/** Ctrl and Z take back what was stored last; in a field they are the browser's own, of what is being typed. */
export function useStoringKeys({ undo, redo, isPending }: TextStoring, isDirty: boolean): void {
  useEffect(() => {
    if (isDirty || isPending) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (isField(event.target)) return;
      const act = { BACK: undo, FORTH: redo, NONE: undefined }[directionOf(event)];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [undo, redo, isPending, isDirty]);
}

function directionOf(event: KeyboardEvent): "BACK" | "FORTH" | "NONE" {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return "NONE";
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) return "BACK";
  return key === "z" || key === "y" ? "FORTH" : "NONE";
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
