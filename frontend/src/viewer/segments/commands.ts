import { type Counts, decodeSlice } from "@/domain/rle";
import { hasGaps, interpolated } from "@/domain/segmentInterpolation";
import { type Keep, withoutIslands } from "@/domain/segmentIslands";
import { type Segment, sliceKey } from "@/domain/segments";
import type { GridController } from "../GridController";
import type { Slice } from "../slices";
import { volumeGeometry } from "../volumeGeometry";
import { type MeasuredSegment, measuredSegment } from "./measure";

/** What buttons do with the active segment; each answers why it did nothing, or null. */
export interface SegmentCommands {
  measure: (segment: Segment) => Promise<MeasuredSegment | null>;
  interpolate: (segment: Segment) => string | null;
  removeIslands: (segment: Segment, keep: Keep) => string | null;
}

const NOT_SHOWN = "Show the segment's series first.";

export function segmentCommands(controller: GridController | null): SegmentCommands {
  const slicesOf = (segment: Segment) => controller?.desk.slicesOf(segment.seriesInstanceUid) ?? null;
  return {
    measure: async (segment) =>
      controller ? measuredSegment(segment, (await controller.open(segment.seriesInstanceUid)).slices) : null,
    interpolate: (segment) => {
      const slices = slicesOf(segment);
      return slices && controller ? interpolate(controller, segment, slices) : NOT_SHOWN;
    },
    removeIslands: (segment, keep) => {
      const slices = slicesOf(segment);
      return slices && controller ? removeIslands(controller, segment, slices, keep) : NOT_SHOWN;
    },
  };
}

function interpolate(controller: GridController, segment: Segment, slices: Slice[]): string | null {
  const geometry = volumeGeometry(slices);
  if (!geometry.isVolume) return geometry.text;
  const drawn = countsByPlace(segment, geometry.slices);
  if (!hasGaps(drawn.keys())) return "There is no gap: draw the segment on slices some way apart.";
  const made = interpolated(drawn, segment, geometry.firstPlane.spacing);
  controller.desk.apply(slices, masksOf(made, geometry.slices, slices, segment), false);
  return null;
}

function removeIslands(
  controller: GridController,
  segment: Segment,
  slices: Slice[],
  keep: Keep,
): string | null {
  const geometry = volumeGeometry(slices);
  const order = geometry.isVolume ? geometry.slices : slices;
  const before = countsByPlace(segment, order);
  // Without a regular volume no slice is another's neighbour: each is cleaned by itself.
  const step = geometry.isVolume ? 1 : 2;
  const spread = new Map([...before].map(([place, counts]) => [place * step, counts]));
  const kept = withoutIslands(spread, segment.columns, keep);
  const removed = new Map<number, ArrayLike<number>>();
  for (const [place, counts] of before) {
    const all = decodeSlice(counts, segment.rows * segment.columns);
    const left = decodeSlice(kept.get(place * step) ?? [], all.length);
    const gone = all.map((value, index) => (value === 1 && left[index] === 0 ? 1 : 0));
    const slice = order[place];
    if (slice && gone.includes(1)) removed.set(slices.indexOf(slice), gone);
  }
  if (removed.size === 0) return "There is no island to remove.";
  controller.desk.apply(slices, removed, true);
  return null;
}

function countsByPlace(segment: Segment, order: Slice[]): Map<number, Counts> {
  const places = new Map(order.map((slice, place) => [sliceKey(slice), place]));
  const found = [...segment.slices].map(([key, { counts }]) => [places.get(key) ?? -1, counts] as const);
  return new Map(found.filter(([place]) => place >= 0));
}

function masksOf(
  made: Map<number, Counts>,
  order: Slice[],
  slices: Slice[],
  { rows, columns }: Segment,
): Map<number, Uint8Array> {
  const masks = new Map<number, Uint8Array>();
  for (const [place, counts] of made) {
    const slice = order[place];
    if (slice) masks.set(slices.indexOf(slice), decodeSlice(counts, rows * columns));
  }
  return masks;
}
