import type { PixelPoint } from "./payload";
import { type Counts, runsOf } from "./rle";

/** The corners of the rectangle along rows and columns around the voxels of a slice, in order; null without any. */
export function cornersAround(counts: Counts, columns: number): PixelPoint[] | null {
  let [left, right, top, bottom] = [columns, -1, Number.POSITIVE_INFINITY, -1];
  for (const [from, to] of runsOf(counts)) {
    const [first, last] = [Math.floor(from / columns), Math.floor((to - 1) / columns)];
    left = Math.min(left, first === last ? from % columns : 0);
    right = Math.max(right, first === last ? (to - 1) % columns : columns - 1);
    top = Math.min(top, first);
    bottom = Math.max(bottom, last);
  }
  if (right < 0) return null;
  // Whole numbers are the centres of voxels.
  return [
    [left - 0.5, top - 0.5],
    [right + 0.5, top - 0.5],
    [right + 0.5, bottom + 0.5],
    [left - 0.5, bottom + 0.5],
  ];
}
