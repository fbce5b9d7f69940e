// An image that is long in coming, or never comes, keeps nothing back.
const PATIENCE_MS = 1000;

const awaited = new Set<symbol>();
let waiting: (() => void)[] = [];

/**
 * A series is about to be drawn for the first time. Until it is, what nobody looks at yet is not decoded: images that
 * were fetched ahead are all at hand at once, and decoding them would take the processor from the drawing.
 */
export function awaitFirstDrawing(): () => void {
  const drawing = Symbol();
  awaited.add(drawing);
  const over = () => {
    window.clearTimeout(timer);
    if (!awaited.delete(drawing) || awaited.size > 0) return;
    const held = waiting;
    waiting = [];
    for (const goOn of held) goOn();
  };
  const timer = window.setTimeout(over, PATIENCE_MS);
  return over;
}

/** Settles when no first drawing is awaited. */
export function afterFirstDrawing(): Promise<void> {
  if (awaited.size === 0) return Promise.resolve();
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}
