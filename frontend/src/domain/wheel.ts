/** What a wheel event says of how far it was turned; a subset of the browser's `WheelEvent`. */
export interface WheelTurn {
  deltaY: number;
  /** 0 pixels, 1 lines, 2 pages (UI Events, WheelEvent.deltaMode). */
  deltaMode: number;
  /** Milliseconds. */
  timeStamp: number;
}

/** A notch of a classic wheel is 100 or 120 pixels, or 3 lines, whatever the browser. */
const NOTCH_PX = 110;
const SMALLEST_NOTCH_PX = 100;
const PX_OF_MODE = [1, NOTCH_PX / 3, NOTCH_PX];
/** After that long a finger has been lifted, and what it left over belongs to no new movement. */
const PAUSE_MS = 1000;

/** Turns distance into slices: a notch is one, and the many small steps of a trackpad add up to one. */
export class WheelNotches {
  private left_px = 0;
  private lastAt_ms = Number.NEGATIVE_INFINITY;

  /** Whole notches of this event together with what was left over; below 0 upwards. */
  add({ deltaY, deltaMode, timeStamp }: WheelTurn): number {
    const turned_px = deltaY * (PX_OF_MODE[deltaMode] ?? 1);
    const isNew = timeStamp - this.lastAt_ms > PAUSE_MS || turned_px * this.left_px < 0;
    this.lastAt_ms = timeStamp;
    if (isNew) this.left_px = 0;
    if (Math.abs(turned_px) >= SMALLEST_NOTCH_PX) {
      // One notch or several: nothing is left over, or every fifth of 120 pixels would count twice.
      this.left_px = 0;
      return Math.round(turned_px / NOTCH_PX);
    }
    this.left_px += turned_px;
    const notches = Math.trunc(this.left_px / SMALLEST_NOTCH_PX);
    this.left_px -= notches * SMALLEST_NOTCH_PX;
    return notches;
  }
}
