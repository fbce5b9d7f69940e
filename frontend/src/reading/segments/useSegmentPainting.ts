import { type RefObject, useCallback, useRef } from "react";
import type { Read } from "@/api/reading";
import { type Finding, isSegment, type Mark, type SegmentGeometry } from "@/domain/payload";
import { emptySegment, voxelCount, withSlices } from "@/domain/segments";
import type { MeasuredSegment, Painted, ViewerHandle } from "@/viewer";
import { editOfNewMark } from "../useMarkDrawing";
import type { ReadSessionHandle } from "../useReadSession";
import type { SegmentStore } from "./segmentStore";

interface PaintingInput {
  read: Read;
  handle: ReadSessionHandle;
  findings: Finding[];
  extendedId: string | null;
  viewer: RefObject<ViewerHandle | null>;
  store: SegmentStore;
  onCreated: (markId: string) => void;
  onNotice: (notice: string | null) => void;
}

/** What becomes of a stroke: a version of its own in the browser, then an edit of the read that names it. */
export function useSegmentPainting(input: PaintingInput): (painted: Painted) => Promise<void> {
  const newest = useRef(input);
  newest.current = input;
  const queue = useRef(Promise.resolve());
  return useCallback((painted: Painted) => {
    // One after the other: a stroke builds upon what the one before has made of the read.
    const turn = queue.current.then(() => record(newest, painted));
    queue.current = turn.catch(() => newest.current.onNotice("The stroke could not be kept. Draw it again."));
    return queue.current;
  }, []);
}

type Newest = RefObject<PaintingInput>;
type SegmentMarkOnly = Mark & { geometry: SegmentGeometry };

async function record(newest: Newest, painted: Painted): Promise<void> {
  const { store, onNotice } = newest.current;
  const mark = markOf(newest.current.findings, painted.segmentId);
  const before = mark
    ? await store.version(painted.segmentId, mark.geometry.sha256)
    : emptySegment(painted.seriesInstanceUid, painted.rows, painted.columns);
  const after = withSlices(before, painted.changed);
  if (after === before) return;
  if (voxelCount(after) === 0) {
    if (mark) newest.current.handle.edit({ type: "mark_removed", id: mark.id });
    return;
  }
  const { sha256, isKept } = await store.add(after);
  if (!isKept) onNotice("This browser has no room to keep the segment until it is sent.");
  const measured = await newest.current.viewer.current?.segments.measure(after);
  if (!measured) throw new Error("The images of the segment are gone.");
  edit(newest.current, painted.segmentId, sha256, measured);
  await shownAs(newest, painted.segmentId, sha256);
}

function edit(input: PaintingInput, segmentId: string, sha256: string, measured: MeasuredSegment): void {
  const { findings, read, extendedId, handle, onCreated } = input;
  const geometry: SegmentGeometry = { kind: "SEGMENT", segment_id: segmentId, sha256, ...measured.place };
  const { measurements } = measured;
  const mark = markOf(findings, segmentId);
  if (mark) {
    handle.edit({ type: "segment_painted", id: mark.id, change: { geometry, measurements } });
    return;
  }
  const id = crypto.randomUUID();
  const extended = findings.find((finding) => finding.id === extendedId);
  handle.edit(editOfNewMark({ id, geometry, measurements }, read.label_schema.questions, extended));
  onCreated(id);
}

function markOf(findings: Finding[], segmentId: string): SegmentMarkOnly | undefined {
  return findings
    .flatMap(({ marks }) => marks)
    .find(
      (mark): mark is SegmentMarkOnly => isSegment(mark.geometry) && mark.geometry.segment_id === segmentId,
    );
}

const MOST_TURNS = 50;

/** The edit is on its way through React; the next stroke has to see it. */
async function shownAs(newest: Newest, segmentId: string, sha256: string): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    if (markOf(newest.current.findings, segmentId)?.geometry.sha256 === sha256) return;
    await new Promise((resolve) => setTimeout(resolve));
  }
}
