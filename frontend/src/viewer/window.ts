import type { Preset } from "@/domain/windowPresets";

/** The display window as its two ends, in the units of the modality (HU for CT). */
export interface VoiRange {
  lower: number;
  upper: number;
}

const THRESHOLD_WIDTH = 1e-3;

/** The values shown black and white: PS3.3 C.11.2.1.2.1 (LINEAR and SIGMOID), C.11.2.1.3.2 (LINEAR_EXACT). */
export function rangeOfWindow(
  window: { center: number; width: number },
  voiFunction: "LINEAR" | "LINEAR_EXACT" | "SIGMOID" = "LINEAR",
): VoiRange {
  if (voiFunction === "LINEAR_EXACT") {
    return { lower: window.center - window.width / 2, upper: window.center + window.width / 2 };
  }
  const lower = window.center - 0.5 - (window.width - 1) / 2;
  // A LINEAR window of width 1 is a threshold; an empty range could not be drawn.
  const least = voiFunction === "LINEAR" ? THRESHOLD_WIDTH : 0;
  return { lower, upper: lower + Math.max(window.width - 1, least) };
}

/** The inverse of `rangeOfWindow`, for the numbers beside the image. */
export function windowOfRange(
  range: VoiRange,
  voiFunction: "LINEAR" | "LINEAR_EXACT" | "SIGMOID" = "LINEAR",
): { center: number; width: number } {
  if (voiFunction === "LINEAR_EXACT") {
    return { center: (range.lower + range.upper) / 2, width: range.upper - range.lower };
  }
  return { center: (range.lower + range.upper) / 2 + 0.5, width: range.upper - range.lower + 1 };
}

/**
 * The ends of a preset on an image that is shown first between the ends `ofImage`, its numbers read as those beside
 * the image. Null where the image has no window of its own to start from.
 */
export function rangeOfPreset(
  preset: Preset,
  ofImage: VoiRange | null,
  voiFunction: "LINEAR" | "LINEAR_EXACT" | "SIGMOID",
): VoiRange | null {
  if ("upper" in preset) return { lower: preset.lower, upper: preset.upper };
  if ("width" in preset) return rangeOfWindow(preset, voiFunction);
  if (!ofImage) return null;
  const { center, width } = windowOfRange(ofImage, voiFunction);
  return rangeOfWindow({ center, width: width * preset.timesImageWidth }, voiFunction);
}

/** The window in words; of SUV and other small values the fractions count. */
export function windowText({ center, width }: { center: number; width: number }): string {
  const digits = width >= 100 ? 0 : width >= 20 ? 1 : 2;
  const text = (value: number) => String(Number(value.toFixed(digits)));
  return `W ${text(width)}  L ${text(center)}`;
}

// The brightest half per cent are vessels, metal and artefacts; the darkest one per cent is mostly noise.
const DARKEST_SHARE = 0.01;
const BRIGHTEST_SHARE = 0.995;
const MOST_SAMPLES = 65_536;

/**
 * A window for an image that names none: from percentiles of what is not background. Background is padding,
 * and the lowest value where it fills a fifth of the rest or more (air of an MR).
 */
export function derivedRange(values: ArrayLike<number>, padding: Uint8Array | null = null): VoiRange {
  const sorted = sampleOf(values, padding).sort();
  const lowest = sorted[0] ?? 0;
  const background = countOf(sorted, lowest);
  const foreground = background >= sorted.length / 5 ? sorted.subarray(background) : sorted;
  const shown = foreground.length > 0 ? foreground : sorted;
  const at = (share: number) => shown[Math.round(share * (shown.length - 1))] ?? lowest;
  const lower = at(DARKEST_SHARE);
  const upper = at(BRIGHTEST_SHARE);
  return upper > lower ? { lower, upper } : around(lower);
}

/** One value everywhere is mid-grey, neither air nor bone: in the middle of a step of its own size, at least 1 (C.11.2.1.2). */
function around(value: number): VoiRange {
  const half = Math.max(Math.abs(value) * 1e-3, 1) / 2;
  return { lower: value - half, upper: value + half };
}

function sampleOf(values: ArrayLike<number>, padding: Uint8Array | null): Float64Array {
  const step = Math.max(1, Math.ceil(values.length / MOST_SAMPLES));
  const samples = new Float64Array(Math.ceil(values.length / step));
  let count = 0;
  for (let index = 0; index < values.length; index += step) {
    if (padding?.[index] !== 1) samples[count++] = values[index] ?? 0;
  }
  return count === 0 && padding ? sampleOf(values, null) : samples.subarray(0, count);
}

function countOf(sorted: Float64Array, lowest: number): number {
  const first = sorted.findIndex((value) => value > lowest);
  return first === -1 ? sorted.length : first;
}
