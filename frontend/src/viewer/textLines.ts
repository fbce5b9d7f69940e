import type { MarkKind } from "@/domain/labelSchema";
import { type PatientMm, POINTS_OF_KIND } from "@/domain/payload";
import { calibrationAt } from "./calibration";
import { sizeText } from "./measure";
import type { Slice } from "./slices";
import { type PixelOffset, pixelPoints } from "./toPayload";

interface DrawnData {
  label?: string;
  handles?: { points?: PatientMm[] };
  cachedStats?: Record<string, Stats | undefined>;
}

interface Stats {
  value?: unknown;
  mean?: unknown;
  stdDev?: unknown;
  modalityUnit?: unknown;
}

/**
 * The words beside a mark: its number in the list, our own sizes (the same that are saved), and the pixel
 * values under it. Cornerstone's sizes are not used: they say mm wherever a spacing of 1 was filled in.
 */
export function textLines(
  kind: MarkKind,
  data: DrawnData,
  targetId: string | string[],
  sliceOfImage: (imageId: string) => Slice | undefined,
  offset: PixelOffset,
): string[] {
  const target = Array.isArray(targetId) ? targetId[0] : targetId;
  const slice = sliceOfImage((target ?? "").replace(/^imageId:/, ""));
  const label = data.label ? [data.label] : [];
  const points = data.handles?.points ?? [];
  if (!slice || points.length < POINTS_OF_KIND[kind]) return label;
  const pixels = pixelPoints(kind, points, slice, offset);
  const sizes = sizeText(kind, pixels, calibrationAt(slice.frame, pixels));
  return [...label, ...sizes, ...valueText(data.cachedStats?.[target ?? ""], slice.frame.pixels.unit)];
}

/** The pixel values under a mark. Cornerstone's unit is not used: it says HU for every CT, whatever its rescale. */
export function valueText(stats: Stats | undefined, unit: string | null): string[] {
  if (!stats) return [];
  const { value, mean, stdDev } = stats;
  const suffix = unit ? ` ${unit}` : "";
  // Cornerstone's statistics of an area are not a number where it found no pixels, for example on the CPU.
  if (typeof mean === "number" && typeof stdDev === "number" && Number.isFinite(mean)) {
    const digits = digitsFor(Math.max(Math.abs(mean), stdDev), unit);
    return [`mean ${mean.toFixed(digits)} ± ${stdDev.toFixed(digits)}${suffix}`];
  }
  if (typeof value === "number")
    return [`${value.toFixed(digitsFor(Math.abs(value), unit, value))}${suffix}`];
  return Array.isArray(value) && value.length >= 3 ? [`RGB ${value.slice(0, 3).join(" ")}`] : [];
}

/** Hounsfield units are whole; of small or fractional values two digits are worth reading. */
function digitsFor(size: number, unit: string | null, value = 0.5): number {
  if (unit === "HU" || size >= 100) return 0;
  return Number.isInteger(value) ? 0 : 2;
}
