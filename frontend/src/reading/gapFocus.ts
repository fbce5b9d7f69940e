/** Bring the first control of what is missing into view and under the keyboard. */
export function focusOn(field: string): void {
  const name = CSS.escape(field.replace(/^ai:/, ""));
  const selector = field.startsWith("ai:")
    ? `[data-ai-key="${name}"]`
    : `[data-question="${name}"], [data-finding="${name}"]`;
  const place = document.querySelector<HTMLElement>(selector);
  place?.scrollIntoView({ block: "nearest" });
  place?.querySelector<HTMLElement>('[tabindex="0"], select, input, button')?.focus();
}
