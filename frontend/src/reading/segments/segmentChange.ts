import { isSegment, type Mark } from "@/domain/payload";
import { voxelsInside } from "@/domain/rle";
import { changesBetween, type Segment, type SegmentSlice, sliceKey } from "@/domain/segments";
import { placeMark } from "@/ui/placeMark";
import type { ViewerMark } from "@/viewer";
import type { SegmentStore } from "./segmentStore";

/** The slice that a step from one version to another changes most; the shown one where that changes at all. */
export function changedPlace(
  store: SegmentStore,
  [before, after]: readonly [Mark | undefined, Mark | undefined],
  shown: ViewerMark | null,
): ViewerMark | null {
  const [from, to] = [versionOf(store, before), versionOf(store, after)];
  if (!from || !to) return null;
  const changed = changesBetween(from, to);
  const shownKey = shown && keyOf(shown);
  const slice = changed.find((one) => sliceKey(one) === shownKey) ?? mostChanged(changed, from);
  if (!slice) return null;
  const { sopInstanceUid: sop_instance_uid, frameNumber: frame_number } = slice;
  return placeMark("", { sop_instance_uid, frame_number, series_instance_uid: from.seriesInstanceUid });
}

function versionOf(store: SegmentStore, mark: Mark | undefined): Segment | undefined {
  return mark && isSegment(mark.geometry) ? store.peek(mark.geometry.sha256) : undefined;
}

function keyOf({ geometry }: ViewerMark): string {
  return `${geometry.sop_instance_uid}/${geometry.frame_number}`;
}

function mostChanged(changed: SegmentSlice[], from: Segment): SegmentSlice | undefined {
  const by = (slice: SegmentSlice) =>
    Math.abs(voxelsInside(slice.counts) - voxelsInside(from.slices.get(sliceKey(slice))?.counts ?? []));
  return [...changed].sort((one, other) => by(other) - by(one))[0];
}
