/** What the server wrote into the page's head. In Vite's development page the placeholders stay unfilled. */

function metaContent(name: string): string {
  const content = document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
  return content.startsWith("{{") ? "" : content;
}

/** The nonce under which the page's content security policy admits our style elements. */
export function styleNonce(): string {
  return metaContent("csp-nonce");
}

/** Whether the server runs for browser tests; only then the viewer shows its state to scripts. */
export function isTestMode(): boolean {
  return metaContent("overread-test") === "1";
}
