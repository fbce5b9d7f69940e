import { RenderingEngine, utilities } from "@cornerstonejs/core";

// By then the case on the screen has its first image, and the reader looks at it.
const NEXT_AFTER_MS = 3000;

let spare: RenderingEngine | null = null;

/** Make a drawing engine before there is anything to draw: its WebGL context takes a while, in another process. */
export function prepareEngine(): void {
  spare ??= new RenderingEngine(utilities.uuidv4());
}

/** A drawing engine for one case; the next one's is made while this one is read. */
export function takeEngine(): RenderingEngine {
  const engine = spare ?? new RenderingEngine(utilities.uuidv4());
  spare = null;
  window.setTimeout(prepareEngine, NEXT_AFTER_MS);
  return engine;
}
