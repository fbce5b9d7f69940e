import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Read } from "@/api/reading";
import { askedQuestions } from "@/domain/conditions";
import type { Edit, MarkChange } from "@/domain/edits";
import { type Question, SEGMENT } from "@/domain/labelSchema";
import {
  type Finding,
  isSegment,
  type Mark,
  type SegmentGeometry,
  TOO_MANY_FINDINGS,
} from "@/domain/payload";
import { emptySegment, voxelCount, withSlices, withStroke } from "@/domain/segments";
import type { MeasuredSegment, Painted, ViewerHandle } from "@/viewer";
import { editOfNewMark, isFullFor } from "../useMarkDrawing";
import type { EditedRead } from "../useReadSession";
import type { SegmentStore } from "./segmentStore";
import { StrokeNotes, strokeKeys } from "./strokeNotes";

interface PaintingInput {
  read: Read;
  personId: string;
  mayEdit: boolean;
  isDistant: boolean;
  handle: EditedRead;
  findings: Finding[];
  extendedId: string | null;
  viewer: RefObject<ViewerHandle | null>;
  store: SegmentStore;
  onCreated: (markId: string) => void;
  onNotice: (notice: string | null) => void;
}

interface Painting {
  isDrawing: boolean;
  onSegmentPainted: (painted: Painted) => Promise<void>;
  /** A stroke that the window with the form could not take, because its segment had changed there meanwhile. */
  drawAgain: (edit: Edit) => void;
}

/** The strokes by the version that each has made; as many as can be on their way to another window at once. */
type Drawn = Map<string, Painted>;
const MOST_DRAWN = 50;

/** What becomes of a stroke: a version of its own in the browser, then an edit of the read that names it. */
export function useSegmentPainting(input: PaintingInput): Painting {
  const [drawn] = useState((): Drawn => new Map());
  const newest = useRef({ ...input, drawn });
  newest.current = { ...input, drawn };
  const queue = useRef(Promise.resolve());
  const [underWay, setUnderWay] = useState(0);
  const [notes] = useState(() => new StrokeNotes(strokeKeys(input.personId, input.read.id)));
  const take = useCallback(
    (painted: Painted, keep: () => Promise<void>) => {
      setUnderWay((count) => count + 1);
      // One after the other: a stroke builds upon what the one before has made of the read.
      queue.current = queue.current
        .then(keep)
        .catch(() => newest.current.onNotice("The stroke could not be kept. Draw it again."))
        .then(() => notes.done(painted, versionOf(newest, painted)));
      return queue.current.finally(() => setUnderWay((count) => count - 1));
    },
    [notes],
  );
  const onSegmentPainted = useCallback(
    (painted: Painted) => {
      notes.add(painted, versionOf(newest, painted));
      return take(painted, () => record(newest, painted));
    },
    [notes, take],
  );
  const drawAgain = useCallback(
    (edit: Edit) => {
      const painted = edit.type === "segment_painted" ? drawn.get(digestIn(edit.change)) : undefined;
      if (painted) void onSegmentPainted(painted);
    },
    [drawn, onSegmentPainted],
  );
  useStrokesOfBefore(newest, notes, take);
  return { isDrawing: underWay > 0, onSegmentPainted, drawAgain };
}

function digestIn({ geometry }: MarkChange): string {
  return geometry && isSegment(geometry) ? geometry.sha256 : "";
}

const LOOK_AGAIN_MS = 200;

/**
 * Strokes that were under way when a page went take the same way, once there are images to measure them on: those of an
 * earlier page, and those of the image window when the images are here again.
 */
function useStrokesOfBefore(
  newest: Newest,
  notes: StrokeNotes,
  take: (painted: Painted, keep: () => Promise<void>) => Promise<void>,
): void {
  const { mayEdit } = newest.current;
  useEffect(() => {
    if (!mayEdit) return;
    let wereHere = false;
    const timer = window.setInterval(() => {
      const areHere = Boolean(newest.current.viewer.current?.shownValues());
      const left = areHere && !wereHere ? notes.takeLeft() : [];
      wereHere = areHere;
      for (const painted of left) void take(painted, () => recordLate(newest, painted, notes));
    }, LOOK_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [newest, notes, take, mayEdit]);
}

/** A stroke of an earlier page changes the version that it was drawn on, and no other. */
async function recordLate(newest: Newest, painted: Painted, notes: StrokeNotes): Promise<void> {
  const { store, onNotice } = newest.current;
  const base = notes.baseOf(painted);
  const version = versionOf(newest, painted);
  if (version === base) return record(newest, painted);
  const segment = version === null ? null : await store.version(painted.segmentId, version);
  // The read had taken it before the page went.
  if (segment && withSlices(segment, painted.changed) === segment) return;
  onNotice("The stroke that was under way when the page went is not kept: its segment was changed since.");
}

/** The version of its segment that the read names; null before there is one. */
function versionOf(newest: Newest, { segmentId }: Painted): string | null {
  return markOf(newest.current.findings, segmentId)?.geometry.sha256 ?? null;
}

type Newest = RefObject<PaintingInput & { drawn: Drawn }>;
type SegmentMarkOnly = Mark & { geometry: SegmentGeometry };

async function record(newest: Newest, painted: Painted): Promise<void> {
  const { store, onNotice } = newest.current;
  onNotice(null);
  // Another window has taken over while the button was down: what it has is shown again. Told to the form, it waits.
  if (!newest.current.mayEdit && !newest.current.isDistant) return;
  const mark = markOf(newest.current.findings, painted.segmentId);
  if (!mark && isFull(newest.current)) return onNotice(TOO_MANY_FINDINGS);
  const before = mark
    ? await store.version(painted.segmentId, mark.geometry.sha256)
    : emptySegment(painted.seriesInstanceUid, painted.rows, painted.columns);
  const after = withStroke(before, painted.changed);
  if (after === before) return;
  if (voxelCount(after) === 0) {
    if (mark) newest.current.handle.edit({ type: "mark_removed", id: mark.id });
    return;
  }
  const { sha256, isKept } = await store.add(after);
  if (!isKept) {
    onNotice("This browser has no room to keep the segment until it is sent.");
    // The window with the form can have it from the server only.
    if (newest.current.isDistant) await store.uploadOne(painted.segmentId, sha256);
  }
  const measured = await newest.current.viewer.current?.segments.measure(after);
  if (!measured) throw new Error("The images of the segment are gone.");
  noteDrawn(newest.current.drawn, sha256, painted);
  const base = mark?.geometry.sha256;
  edit(newest.current, painted.segmentId, { base, sha256 }, measured);
  await changedFrom(newest, painted.segmentId, base);
}

function noteDrawn(drawn: Drawn, sha256: string, painted: Painted): void {
  drawn.set(sha256, painted);
  const [oldest] = drawn.keys();
  if (oldest !== undefined && drawn.size > MOST_DRAWN) drawn.delete(oldest);
}

/** What is shown again then is the read without the stroke. */
function isFull(input: PaintingInput): boolean {
  return isFullFor(SEGMENT, { ...input, questions: questionsNow(input) });
}

function questionsNow({ read, handle }: PaintingInput): Question[] {
  return askedQuestions(read.label_schema.questions, handle.session.save.payload);
}

function edit(
  input: PaintingInput,
  segmentId: string,
  { base = "", sha256 }: { base: string | undefined; sha256: string },
  measured: MeasuredSegment,
): void {
  const { findings, extendedId, handle, onCreated } = input;
  const geometry: SegmentGeometry = { kind: "SEGMENT", segment_id: segmentId, sha256, ...measured.place };
  const { measurements } = measured;
  const mark = markOf(findings, segmentId);
  if (mark) {
    handle.edit({ type: "segment_painted", id: mark.id, change: { geometry, measurements }, base });
    return;
  }
  const id = crypto.randomUUID();
  const extended = findings.find((finding) => finding.id === extendedId);
  handle.edit(editOfNewMark({ id, geometry, measurements }, questionsNow(input), extended));
  onCreated(id);
}

function markOf(findings: Finding[], segmentId: string): SegmentMarkOnly | undefined {
  return findings
    .flatMap(({ marks }) => marks)
    .find(
      (mark): mark is SegmentMarkOnly => isSegment(mark.geometry) && mark.geometry.segment_id === segmentId,
    );
}

const PATIENCE_MS = 10_000;

/** The edit is on its way through React, or through the window with the form; the next stroke has to build upon it. */
async function changedFrom(newest: Newest, segmentId: string, before: string | undefined): Promise<void> {
  const end_ms = performance.now() + PATIENCE_MS;
  while (markOf(newest.current.findings, segmentId)?.geometry.sha256 === before) {
    if (performance.now() > end_ms) throw new Error("The read did not take the stroke.");
    await new Promise((resolve) => setTimeout(resolve));
  }
}
