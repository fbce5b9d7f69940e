import type { SegmentGeometry } from "@/domain/payload";
import type { Counts } from "@/domain/rle";
import { voxelsInside } from "@/domain/rle";
import {
  added,
  type SegmentMeasurements,
  type SliceSums,
  sizesOf,
  sumsOf,
  type VolumeSpacing,
  valuesOf,
} from "@/domain/segmentStatistics";
import { type Segment, type SegmentSlice, sliceKey, voxelCount } from "@/domain/segments";
import { greyImageOf } from "../pixelImage";
import type { Slice } from "../slices";
import { volumeGeometry } from "../volumeGeometry";
import { valuesOfSlice } from "./SegmentDesk";

export interface MeasuredSegment {
  place: Pick<
    SegmentGeometry,
    | "series_instance_uid"
    | "frame_of_reference_uid"
    | "sop_instance_uid"
    | "frame_number"
    | "voxel_count"
    | "spacing_mm"
  >;
  measurements: SegmentMeasurements;
}

// Slices are shared between versions: after a stroke only what it changed is summed up again.
const known = new WeakMap<Counts, SliceSums>();

/** Where a segment lies and what it measures; null when the series lacks its images. */
export async function measuredSegment(segment: Segment, slices: Slice[]): Promise<MeasuredSegment | null> {
  const byKey = new Map(slices.map((slice) => [sliceKey(slice), slice]));
  const parts = [...segment.slices.values()].map((part) => ({ part, slice: byKey.get(sliceKey(part)) }));
  const largest = largestOf(parts);
  if (!largest) return null;
  const spacing = volumeSpacing(slices);
  const count = voxelCount(segment);
  const counts = parts.map(({ part }) => part.counts);
  return {
    place: {
      series_instance_uid: segment.seriesInstanceUid,
      frame_of_reference_uid: largest.frameOfReferenceUid,
      sop_instance_uid: largest.sopInstanceUid,
      frame_number: largest.frameNumber,
      voxel_count: count,
      spacing_mm: spacing,
    },
    measurements: {
      ...sizesOf(counts, count, segment.columns, spacing),
      ...(largest.isColour ? {} : await valuesIn(parts)),
    },
  };
}

type Parts = { part: SegmentSlice; slice: Slice | undefined }[];

/** Where the mark leads to: the slice that shows most of it. */
function largestOf(parts: Parts): Slice | undefined {
  let [most, largest]: [number, Slice | undefined] = [0, undefined];
  for (const { part, slice } of parts) {
    const inside = voxelsInside(part.counts);
    if (slice && inside > most) [most, largest] = [inside, slice];
  }
  return largest;
}

async function valuesIn(parts: Parts): Promise<SegmentMeasurements> {
  let sums = sumsOf([], []);
  let unit: string | undefined;
  for (const { part, slice } of parts) {
    if (!slice) continue;
    await valuesOfSlice(slice);
    const image = greyImageOf(slice);
    if (!image) continue;
    unit = image.unit;
    const own = known.get(part.counts) ?? sumsOf(part.counts, image.values, image.padding);
    known.set(part.counts, own);
    sums = added(sums, own);
  }
  return valuesOf(sums, unit);
}

/** Of a regular volume with spacing. */
export function volumeSpacing(slices: Slice[]): VolumeSpacing | null {
  const geometry = volumeGeometry(slices);
  if (!geometry.isVolume) return null;
  const { row_mm, column_mm } = geometry.firstPlane.spacing;
  return [row_mm, column_mm, Number(geometry.spacing_mm.toPrecision(9))];
}
