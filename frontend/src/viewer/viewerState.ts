import type { Badge } from "./badges";
import type { ImageFacts } from "./imageFacts";
import type { EdgeLetters } from "./plane";
import type { LoadProgress } from "./prefetch";

/** Everything the reader sees around the image. */
export interface ViewerState {
  index: number;
  count: number;
  imageId: string | null;
  /** Whether the slice at `index` is on the screen, and not still the one before. */
  isRendered: boolean;
  /** What is on the screen is of low resolution; the whole image is on its way. */
  isReduced: boolean;
  window: { center: number; width: number } | null;
  /** The name of the image's own window or table, where it has several and is shown so. */
  windowName: string | null;
  isInverted: boolean;
  letters: EdgeLetters | null;
  facts: ImageFacts | null;
  cine: { isPlaying: boolean; framesPerSecond: number };
  /** Pixels of the screen across one of the image; null for a plane, which has no pixels of its own. */
  zoom: number | null;
  /** What is to know about how the image is shown. */
  badges: Badge[];
  /** Millimetres (or image pixels, without spacing) in one pixel of the screen. */
  perScreenPixel: { value: number; unit: "mm" | "px" } | null;
  progress: LoadProgress;
  problem: string | null;
  /** Whether it may help to load again. */
  canRetry: boolean;
}

export const INITIAL_STATE: ViewerState = {
  index: 0,
  count: 0,
  imageId: null,
  isRendered: false,
  isReduced: false,
  window: null,
  windowName: null,
  isInverted: false,
  letters: null,
  facts: null,
  cine: { isPlaying: false, framesPerSecond: 15 },
  zoom: null,
  badges: [],
  perScreenPixel: null,
  progress: { loaded: 0, failed: 0, total: 0 },
  problem: null,
  canRetry: true,
};

/** A value that React can watch (`useSyncExternalStore`). */
export class StateStore {
  private state = INITIAL_STATE;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): ViewerState => this.state;

  /** Take over changes; listeners hear only of real ones. */
  set(change: Partial<ViewerState>): void {
    const keys = Object.keys(change) as (keyof ViewerState)[];
    if (keys.every((key) => JSON.stringify(this.state[key]) === JSON.stringify(change[key]))) return;
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
