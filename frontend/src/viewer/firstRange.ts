import { imageLoader } from "@cornerstonejs/core";
import type { Slice } from "./slices";
import { derivedRange, rangeOfWindow, type VoiRange } from "./window";

/**
 * The window to begin with: the one that the slice at `index` names; without one, derived from the middle
 * slice, where the body is. Null for colour.
 */
export async function firstRangeOf(slices: Slice[], index: number): Promise<VoiRange | null> {
  const first = slices[index];
  if (!first || first.isColour) return null;
  if (first.window) return rangeOfWindow(first.window);
  const middle = slices[Math.floor(slices.length / 2)] ?? first;
  const image = await imageLoader.loadAndCacheImage(middle.imageId);
  return derivedRange(image.getPixelData());
}
