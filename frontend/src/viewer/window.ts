/** The display window as its two ends, in the units of the modality (HU for CT). */
export interface VoiRange {
  lower: number;
  upper: number;
}

/** PS3.3 C.11.2.1.2.1: the values shown black and white by a LINEAR window. */
export function rangeOfWindow(window: { center: number; width: number }): VoiRange {
  const half = Math.max(window.width - 1, 1) / 2;
  return { lower: window.center - 0.5 - half, upper: window.center - 0.5 + half };
}

/** The inverse of `rangeOfWindow`, for the numbers beside the image. */
export function windowOfRange(range: VoiRange): { center: number; width: number } {
  return { center: (range.lower + range.upper) / 2 + 0.5, width: range.upper - range.lower + 1 };
}

// The brightest half per cent are vessels, metal and artefacts; the darkest one per cent is mostly noise.
const DARKEST_SHARE = 0.01;
const BRIGHTEST_SHARE = 0.995;
const MOST_SAMPLES = 65_536;

/**
 * A window for an image that names none: from percentiles of what is not background. Background is the
 * lowest value where it fills a fifth of the image or more (padding, air of an MR).
 */
export function derivedRange(values: ArrayLike<number>): VoiRange {
  const sorted = sampleOf(values).sort();
  const lowest = sorted[0] ?? 0;
  const background = countOf(sorted, lowest);
  const foreground = background >= sorted.length / 5 ? sorted.subarray(background) : sorted;
  const shown = foreground.length > 0 ? foreground : sorted;
  const at = (share: number) => shown[Math.round(share * (shown.length - 1))] ?? lowest;
  const lower = at(DARKEST_SHARE);
  return { lower, upper: Math.max(at(BRIGHTEST_SHARE), lower + 1) };
}

function sampleOf(values: ArrayLike<number>): Float64Array {
  const step = Math.max(1, Math.ceil(values.length / MOST_SAMPLES));
  return Float64Array.from(
    { length: Math.ceil(values.length / step) },
    (_, index) => values[index * step] ?? 0,
  );
}

function countOf(sorted: Float64Array, lowest: number): number {
  const first = sorted.findIndex((value) => value > lowest);
  return first === -1 ? sorted.length : first;
}
