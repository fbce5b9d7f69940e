const KEY_TEXT: Record<string, string> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowRight: "→",
  ArrowLeft: "←",
  PageDown: "Page ↓",
  PageUp: "Page ↑",
  Escape: "Esc",
  " ": "Space",
};

/** A key of the hotkey table as people read it. */
export function keyText(key: string): string {
  return key
    .split(/\+(?=.)/)
    .map((part) => KEY_TEXT[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
