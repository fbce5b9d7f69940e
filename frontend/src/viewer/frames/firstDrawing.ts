// An image that is long in coming, or never comes, keeps nothing back.
const PATIENCE_MS = 1000;

interface Held {
  imageId: string;
  goOn: () => void;
}

/** The images that each of these drawings needs. */
const awaited = new Map<symbol, string[]>();
let waiting: Held[] = [];

/**
 * A series is about to be drawn for the first time. Until it is, what nobody looks at yet is not decoded: images that
 * were fetched ahead are all at hand at once, and decoding them would take the processor from the drawing. What the
 * drawing itself needs may have been asked for before, for its thumbnail or in the background.
 */
export function awaitFirstDrawing(needed: string[]): () => void {
  const drawing = Symbol();
  awaited.set(drawing, needed);
  release(({ imageId }) => needed.includes(imageId));
  const over = () => {
    window.clearTimeout(timer);
    if (!awaited.delete(drawing) || awaited.size > 0) return;
    release(() => true);
  };
  const timer = window.setTimeout(over, PATIENCE_MS);
  return over;
}

/** Settles when no first drawing is awaited, or one that needs this image. */
export function afterFirstDrawing(imageId: string): Promise<void> {
  const isNeeded = [...awaited.values()].some((needed) => needed.includes(imageId));
  if (awaited.size === 0 || isNeeded) return Promise.resolve();
  return new Promise((resolve) => {
    waiting.push({ imageId, goOn: resolve });
  });
}

function release(isFree: (held: Held) => boolean): void {
  const freed = waiting.filter(isFree);
  waiting = waiting.filter((held) => !freed.includes(held));
  for (const { goOn } of freed) goOn();
}
