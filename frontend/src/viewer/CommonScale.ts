/** An image that fills its pane: the size of the pane, and what of the image one pixel of the screen shows then. */
export interface Fitted {
  width: number;
  height: number;
  perScreenPixel: number;
  unit: "mm" | "px";
}

interface Entry<P> {
  pane: P;
  fitted: Fitted;
  /** What the pane shows by now. */
  used: number;
}

// The parts of a grid differ by the pixels that do not divide.
const SAME_SIZE_PX = 4;
const SAME_SCALE = 1e-6;

/**
 * One magnification for images that are compared in panes of one size, mammograms say: that at which the largest of
 * them just fits. Without it a small breast would look as large as a large one.
 */
export class CommonScale<P> {
  private readonly entries = new Map<P, Entry<P>>();

  /** `refit` is called for panes whose common scale has become another one. */
  constructor(private readonly refit: (pane: P) => void) {}

  /** The scale for a pane that has just been filled. */
  take(pane: P, fitted: Fitted): number {
    const entry = { pane, fitted, used: fitted.perScreenPixel };
    this.entries.set(pane, entry);
    entry.used = this.commonOf(fitted);
    this.tellOthers(pane);
    return entry.used;
  }

  leave(pane: P): void {
    if (this.entries.delete(pane)) this.tellOthers(pane);
  }

  private tellOthers(pane: P): void {
    for (const other of [...this.entries.values()]) {
      if (other.pane === pane) continue;
      const common = this.commonOf(other.fitted);
      if (Math.abs(common / other.used - 1) > SAME_SCALE) this.refit(other.pane);
    }
  }

  private commonOf(fitted: Fitted): number {
    const alike = [...this.entries.values()].filter((entry) => isAlike(entry.fitted, fitted));
    return Math.max(...alike.map((entry) => entry.fitted.perScreenPixel));
  }
}

function isAlike(one: Fitted, other: Fitted): boolean {
  return (
    one.unit === other.unit &&
    Math.abs(one.width - other.width) <= SAME_SIZE_PX &&
    Math.abs(one.height - other.height) <= SAME_SIZE_PX
  );
}
