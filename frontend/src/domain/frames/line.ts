import type { FrameForm } from "./manifest";

/** What the Network Information API says, where there is one. */
export interface LineHint {
  /** Chromium rounds it to 25 ms and never says more than 10 Mbit/s for `downlink`. */
  rtt?: number;
  downlink?: number;
}

// Above this, decoding HTJ2K takes longer than the bytes it saves: measured, docs/performance.md.
const RAW_FROM_MBIT_S = 400;
// A line of which nothing is known and which does not look short.
const UNMEASURED_MBIT_S = 100;
// A smaller transfer measures the delay, not the line.
const LEAST_BYTES = 256 * 1024;
// How much a new measurement counts: a few bundles move the choice, one slow one does not.
const WEIGHT = 0.3;

/** How fast images come, and in which form they are asked for. */
export class Line {
  private mbitPerS: number | null = null;

  constructor(public hint: () => LineHint = () => ({})) {}

  /** Tell of a transfer from its request to its last byte. */
  add(bytes: number, milliseconds: number): void {
    if (bytes < LEAST_BYTES || milliseconds <= 0) return;
    const now = (bytes * 8) / 1000 / milliseconds;
    this.mbitPerS = this.mbitPerS === null ? now : this.mbitPerS * (1 - WEIGHT) + now * WEIGHT;
  }

  /** Megabits a second as measured; null before anything was. */
  get measured(): number | null {
    return this.mbitPerS;
  }

  /** How long a transfer takes, more or less. */
  millisecondsFor(bytes: number): number {
    return (bytes * 8) / 1000 / (this.mbitPerS ?? UNMEASURED_MBIT_S);
  }

  get form(): FrameForm {
    if (this.mbitPerS !== null) return this.mbitPerS >= RAW_FROM_MBIT_S ? "raw" : "htj2k";
    // Without a measurement a short way is taken for a fast one: the same machine or the hospital's own network.
    const { rtt, downlink = 10 } = this.hint();
    const isNear = rtt !== undefined && rtt < 25 && downlink >= 10;
    return isNear ? "raw" : "htj2k";
  }
}

/** One for the page: what one series has measured the next one knows. */
export const pageLine = new Line();

/** For the curious, not a setting: in which form images come, and how fast. */
export function lineText(line: Line): string {
  const form = line.form === "raw" ? "uncompressed" : "HTJ2K, lossless";
  return line.measured === null ? form : `${form}, ${Math.round(line.measured)} Mbit/s`;
}
