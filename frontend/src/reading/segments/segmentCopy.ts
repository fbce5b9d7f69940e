import type { RefObject } from "react";
import type { Mark, SegmentGeometry } from "@/domain/payload";
import type { Segment } from "@/domain/segments";
import type { ViewerHandle } from "@/viewer";
import type { SegmentStore } from "./segmentStore";

export interface CopiedSegment {
  geometry: SegmentGeometry;
  measurements: Mark["measurements"];
}

/** Voxels of somebody else as a segment of the reader's own: kept as a version, and measured on the images. */
export async function copiedSegment(
  voxels: Segment,
  store: SegmentStore,
  viewer: RefObject<ViewerHandle | null>,
  isDistant: boolean,
): Promise<CopiedSegment | null> {
  const measured = await viewer.current?.segments.measure(voxels);
  if (!measured) return null;
  const segment_id = crypto.randomUUID();
  const { sha256, isKept } = await store.add(voxels);
  // The window with the form can have it from the server only.
  if (!isKept && isDistant) await store.uploadOne(segment_id, sha256);
  const geometry: SegmentGeometry = { kind: "SEGMENT", segment_id, sha256, ...measured.place };
  return { geometry, measurements: measured.measurements };
}
