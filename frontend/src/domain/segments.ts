import { type Counts, decodeSlice, encodeSlice, isCounts, sameCounts, voxelsInside } from "./rle";

/** The voxels of a segment on one frame. */
export interface SegmentSlice {
  sopInstanceUid: string;
  frameNumber: number;
  counts: Counts;
}

/** What a stroke has made of a slice, and what stood there when it was drawn. */
export interface PaintedSlice extends SegmentSlice {
  before: Counts;
}

/** All voxels of a segment. Never changed in place: versions share the slices in which they agree. */
export interface Segment {
  seriesInstanceUid: string;
  rows: number;
  columns: number;
  /** By `sliceKey`; a slice without voxels is not there. */
  slices: ReadonlyMap<string, SegmentSlice>;
}

/** A slice as it travels. */
interface SliceJson {
  counts: Counts;
  frame_number: number;
  sop_instance_uid: string;
}

export function sliceKey({
  sopInstanceUid,
  frameNumber,
}: Pick<SegmentSlice, "sopInstanceUid" | "frameNumber">): string {
  return `${sopInstanceUid}/${frameNumber}`;
}

export function emptySegment(seriesInstanceUid: string, rows: number, columns: number): Segment {
  return { seriesInstanceUid, rows, columns, slices: new Map() };
}

export function voxelCount(segment: Segment): number {
  let inside = 0;
  for (const { counts } of segment.slices.values()) inside += voxelsInside(counts);
  return inside;
}

/** The segment with these slices in place of its own; the same object when nothing differs. */
export function withSlices(segment: Segment, changed: Iterable<SegmentSlice>): Segment {
  const slices = new Map(segment.slices);
  let isChanged = false;
  for (const slice of changed) {
    const key = sliceKey(slice);
    if (sameCounts(slices.get(key)?.counts ?? [], slice.counts)) continue;
    isChanged = true;
    if (slice.counts.length > 0) slices.set(key, slice);
    else slices.delete(key);
  }
  return isChanged ? { ...segment, slices } : segment;
}

/** The segment with what a stroke has changed, and nothing else: it may have moved on since the stroke was begun. */
export function withStroke(segment: Segment, painted: Iterable<PaintedSlice>): Segment {
  const voxels = segment.rows * segment.columns;
  const onTop = ({ before, counts, ...place }: PaintedSlice): SegmentSlice => {
    const now = segment.slices.get(sliceKey(place))?.counts ?? [];
    if (sameCounts(before, now)) return { ...place, counts };
    const [was, is] = [decodeSlice(before, voxels), decodeSlice(counts, voxels)];
    const merged = decodeSlice(now, voxels).map((value, index) =>
      was[index] === is[index] ? value : (is[index] ?? 0),
    );
    return { ...place, counts: encodeSlice(merged) };
  };
  return withSlices(segment, [...painted].map(onTop));
}

/** The slices to send when the other side holds the base; those that are gone have no runs. */
export function changesBetween(base: Segment | null, segment: Segment): SegmentSlice[] {
  const before = base?.slices ?? new Map<string, SegmentSlice>();
  const changed = [...segment.slices].filter(([key, slice]) => {
    const known = before.get(key);
    return known !== slice && !sameCounts(known?.counts ?? [], slice.counts);
  });
  const gone = [...before].filter(([key]) => !segment.slices.has(key));
  return [...changed.map(([, slice]) => slice), ...gone.map(([, slice]) => ({ ...slice, counts: [] }))];
}

export function toJson({ sopInstanceUid, frameNumber, counts }: SegmentSlice): SliceJson {
  return { counts, frame_number: frameNumber, sop_instance_uid: sopInstanceUid };
}

/** The one JSON text of a segment, of which its digest is: sorted keys, sorted slices, no blanks. */
export function segmentText(segment: Segment): string {
  const slices = [...segment.slices.values()].sort(
    (one, other) => compare(one.sopInstanceUid, other.sopInstanceUid) || one.frameNumber - other.frameNumber,
  );
  return JSON.stringify({
    columns: segment.columns,
    format: "overread.segment",
    rows: segment.rows,
    series_instance_uid: segment.seriesInstanceUid,
    slices: slices.map(toJson),
    version: 1,
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Read a segment's text. Throws when it is none. */
export function parsedSegment(text: string): Segment {
  const { columns, format, rows, series_instance_uid, slices, version } = JSON.parse(text);
  if (format !== "overread.segment" || version !== 1) throw new Error("This is no segment of this version.");
  const read = (slices as SliceJson[]).map(({ counts, frame_number, sop_instance_uid }): SegmentSlice => {
    if (!isCounts(counts, rows * columns)) throw new Error("A slice of the segment has impossible runs.");
    return { sopInstanceUid: sop_instance_uid, frameNumber: frame_number, counts };
  });
  return withSlices(emptySegment(series_instance_uid, rows, columns), read);
}

/** SHA-256 in hexadecimal of a segment's text. */
export async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
