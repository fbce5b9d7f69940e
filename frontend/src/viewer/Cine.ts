import { utilities } from "@cornerstonejs/tools";
import type { StateStore } from "./viewerState";

const { playClip, stopClip } = utilities.cine;

// A rate that neither flickers nor drags, where the images name none.
const USUAL_RATE = 15;
const SLOWEST = 1;
const FASTEST = 60;

/** Plays a pane's slices round and round. */
export class Cine {
  constructor(
    private readonly element: HTMLDivElement,
    private readonly store: StateStore,
    /** Whether Cornerstone counts these slices from the other end. */
    private readonly isBackwards: () => boolean = () => false,
  ) {}

  /** Another series: it stands still, ready to play at its own rate. */
  prepare(namedRate: number | null): void {
    this.stop();
    this.store.set({ cine: { isPlaying: false, framesPerSecond: limited(namedRate ?? USUAL_RATE) } });
  }

  toggle(): void {
    if (this.store.get().cine.isPlaying) this.stop();
    else this.play();
  }

  changeRate(factor: number): void {
    const { cine } = this.store.get();
    const framesPerSecond = limited(Math.round(cine.framesPerSecond * factor));
    this.store.set({ cine: { ...cine, framesPerSecond } });
    if (cine.isPlaying) this.play();
  }

  stop(): void {
    const { cine } = this.store.get();
    if (!cine.isPlaying) return;
    stopClip(this.element);
    this.store.set({ cine: { ...cine, isPlaying: false } });
  }

  private play(): void {
    const { cine, count } = this.store.get();
    if (count < 2) return;
    // A rate below 0 plays backwards.
    const framesPerSecond = this.isBackwards() ? -cine.framesPerSecond : cine.framesPerSecond;
    playClip(this.element, { framesPerSecond, loop: true, dynamicCineEnabled: false });
    this.store.set({ cine: { ...cine, isPlaying: true } });
  }
}

function limited(rate: number): number {
  return Math.min(Math.max(rate, SLOWEST), FASTEST);
}
