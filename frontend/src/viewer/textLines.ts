import type { MarkKind } from "@/domain/labelSchema";
import { type PatientMm, POINTS_OF_KIND } from "@/domain/payload";
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
  const sizes = sizeText(kind, pixelPoints(kind, points, slice, offset), slice.plane.spacing);
  return [...label, ...sizes, ...valueText(data.cachedStats?.[target ?? ""])];
}

function valueText(stats: Stats | undefined): string[] {
  if (!stats) return [];
  const unit =
    typeof stats.modalityUnit === "string" && stats.modalityUnit !== "raw" ? ` ${stats.modalityUnit}` : "";
  // Cornerstone's statistics of an area are not a number where it found no pixels, for example on the CPU.
  if (Number.isFinite(stats.mean) && typeof stats.mean === "number" && typeof stats.stdDev === "number") {
    return [`mean ${stats.mean.toFixed(0)} ± ${stats.stdDev.toFixed(0)}${unit}`];
  }
  return typeof stats.value === "number" ? [`${stats.value.toFixed(0)}${unit}`] : [];
}
