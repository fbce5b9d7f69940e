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
/** How much larger or smaller one notch shows the image. */
const ZOOM_PER_NOTCH = 1.15;
/** What browsers make of a pinch: so many pixels for the natural logarithm of how far the fingers have parted. */
const PINCH_PX = 100;
const PX_OF_MODE = [1, NOTCH_PX / 3, NOTCH_PX];
/** After that long a finger has been lifted, and what it left over belongs to no new movement. */
const PAUSE_MS = 1000;

function inPixels({ deltaY, deltaMode }: WheelTurn): number {
  return deltaY * (PX_OF_MODE[deltaMode] ?? 1);
}

/** By how much a turn of the wheel enlarges: by notches, or by the distance of the small steps of a trackpad. */
export function zoomOfWheel(turn: WheelTurn): number {
  const turned_px = inPixels(turn);
  const isNotched = Math.abs(turned_px) >= SMALLEST_NOTCH_PX;
  const notches = isNotched ? Math.round(turned_px / NOTCH_PX) : turned_px / SMALLEST_NOTCH_PX;
  return ZOOM_PER_NOTCH ** -notches;
}

/**
 * By how much a pinch on a trackpad enlarges: as far as the fingers part. It comes as a wheel with Ctrl though nobody
 * holds that key. Null for what is no pinch; a whole notch is the wheel's, should the key have gone down unseen.
 */
export function zoomOfPinch(turn: WheelTurn & { ctrlKey: boolean }, isCtrlHeld: boolean): number | null {
  const turned_px = inPixels(turn);
  if (!turn.ctrlKey || isCtrlHeld || Math.abs(turned_px) >= SMALLEST_NOTCH_PX) return null;
  return Math.exp(-turned_px / PINCH_PX);
}

/** Turns distance into slices: a notch is one, and the many small steps of a trackpad add up to one. */
export class WheelNotches {
  private left_px = 0;
  private lastAt_ms = Number.NEGATIVE_INFINITY;

  /** Whole notches of this event together with what was left over; below 0 upwards. */
  add(turn: WheelTurn): number {
    const turned_px = inPixels(turn);
    const { timeStamp } = turn;
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
