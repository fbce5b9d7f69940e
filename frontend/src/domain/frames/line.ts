import type { FrameForm } from "./manifest";

/** A transfer from the first byte of its answer to the last, in milliseconds of one clock. */
export interface Transfer {
  bytes: number;
  from: number;
  to: number;
}

// Above this, decoding HTJ2K takes longer than the bytes it saves: measured, docs/performance.md.
const RAW_FROM_MBIT_S = 400;
// A line of which nothing is known, and which is measured on the first bytes that come.
const UNMEASURED_MBIT_S = 100;
// A smaller transfer measures the delay, not the line.
const LEAST_BYTES = 64 * 1024;
// The line is what its last transfers were: some, so that one odd one does not mislead.
const LAST = 6;

/** How fast images come, and in which form they are asked for. */
export class Line {
  private transfers: Transfer[] = [];
  /** Asked for what is not told yet, each time somebody wants to know. */
  untold: () => Transfer[] = () => [];
  /** Megabits a second as the browser guesses while nothing is measured; null where it does not. */
  guessed: () => number | null = () => null;

  add(transfer: Transfer): void {
    if (transfer.bytes < LEAST_BYTES || transfer.to <= transfer.from) return;
    this.transfers = [...this.transfers, transfer].slice(-LAST);
  }

  /** Megabits a second as measured; null before anything was. */
  get measured(): number | null {
    for (const transfer of this.untold()) this.add(transfer);
    if (this.transfers.length === 0) return null;
    const bytes = this.transfers.reduce((sum, transfer) => sum + transfer.bytes, 0);
    return (bytes * 8) / 1000 / busyTime(this.transfers);
  }

  /** How long a transfer takes, more or less. */
  millisecondsFor(bytes: number): number {
    return (bytes * 8) / 1000 / (this.measured ?? this.guessed() ?? UNMEASURED_MBIT_S);
  }

  get form(): FrameForm {
    const { measured } = this;
    // Nothing is known without a transfer: what browsers say of a line is a guess.
    return measured === null || measured >= RAW_FROM_MBIT_S ? "raw" : "htj2k";
  }
}

// Browsers tell no more, however fast the line is, so that nobody is known by it (Network Information API).
const MOST_TOLD_MBIT_S = 10;

/** What a browser says of the line: nothing of a fast one; where it is to be spared nothing is fetched on the off chance. */
export function guessOf({
  downlink,
  saveData = false,
}: {
  downlink?: number;
  saveData?: boolean;
}): number | null {
  if (saveData) return 0;
  return downlink !== undefined && downlink < MOST_TOLD_MBIT_S ? downlink : null;
}

/** Milliseconds in which at least one of them was under way: two at once share the line. */
function busyTime(transfers: Transfer[]): number {
  const sorted = [...transfers].sort((one, other) => one.from - other.from);
  let [busy, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { from, to } of sorted) {
    busy += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return busy;
}

/** One for the page: what one series has measured the next one knows. */
export const pageLine = new Line();

/** For the curious, not a setting: in which form images come, and how fast. */
export function lineText(line: Line): string {
  const form = line.form === "raw" ? "uncompressed" : "HTJ2K, lossless";
  return line.measured === null ? form : `${form}, ${Math.round(line.measured)} Mbit/s`;
}
