import type { CalibrationKind } from "./calibrations";
import type { Code, MarkKind } from "./labelSchema";
import type { VolumeSpacing } from "./segmentStatistics";

/** A point in the DICOM patient coordinate system (LPS+, PS3.3 C.7.6.2), in millimetres. */
export type PatientMm = readonly [x: number, y: number, z: number];

/** Column and row in the image; the centre of the first pixel is (0, 0). */
export type PixelPoint = readonly [column: number, row: number];

/** Where a mark lies: in patient millimetres, or in pixels when the image has no place in the patient. */
export interface Geometry {
  kind: MarkKind;
  points_mm: PatientMm[] | null;
  points_px?: PixelPoint[];
  /** The points that a livewire or a spline was drawn through, in the unit of its points. */
  controls_mm?: PatientMm[];
  controls_px?: PixelPoint[];
  /** Distance between rows, then between columns; with pixel points of an image that has a spacing. */
  spacing_mm?: readonly [row_mm: number, column_mm: number];
  /** What a millimetre of that spacing means; marks drawn before it was kept lack it. */
  calibration?: CalibrationKind;
  frame_of_reference_uid: string | null;
  sop_instance_uid: string;
  series_instance_uid: string;
  frame_number: number;
}

/** A segment: its voxels are stored beside the payload under their digest (see segments.ts). */
export interface SegmentGeometry {
  kind: "SEGMENT";
  segment_id: string;
  sha256: string;
  /** The slice that shows most of it. */
  sop_instance_uid: string;
  series_instance_uid: string;
  frame_number: number;
  frame_of_reference_uid: string | null;
  voxel_count: number;
  /** Between rows, columns and slices; null where the series is no regular volume. */
  spacing_mm: VolumeSpacing | null;
}

/** A segment as somebody else sees it: without the id that it has in its reader's read. */
export type ShownSegment = Omit<SegmentGeometry, "segment_id">;

/** A segment of an AI: its voxels are stored beside the prediction under their digest. */
export interface AiSegmentGeometry {
  kind: "SEGMENT";
  sha256: string;
  series_instance_uid: string;
  frame_of_reference_uid: string | null;
  /** The slice that shows most of it. */
  sop_instance_uid: string;
  frame_number: number;
  voxel_count: number;
  slice_count: number;
  /** As whoever posted it said, and the images agreed. */
  spacing_mm: VolumeSpacing | null;
}

/** Where a finding of an AI lies. */
export type AiGeometry = Geometry | SphereGeometry | AiSegmentGeometry;

export function isAiSegment(geometry: AiGeometry): geometry is AiSegmentGeometry {
  return geometry.kind === "SEGMENT";
}

export type MarkGeometry = Geometry | SegmentGeometry;

export function isSegment(geometry: MarkGeometry): geometry is SegmentGeometry {
  return geometry.kind === "SEGMENT";
}

/** A ball in the patient: how AI findings and reference lesions say where they are. */
export interface SphereGeometry {
  kind: "SPHERE";
  center_mm: PatientMm;
  diameter_mm: number;
  /** Missing where a prediction was posted without it: then the shown series is taken at its word. */
  frame_of_reference_uid?: string | null;
  sop_instance_uid?: string | null;
  series_instance_uid?: string | null;
  frame_number?: number | null;
}

/** What was measured; what was not, or could not be for want of spacing, is absent. */
export interface Sizes {
  length_mm?: number;
  long_axis_mm?: number;
  short_axis_mm?: number;
  width_mm?: number;
  height_mm?: number;
  depth_mm?: number;
  diameter_mm?: number;
  perimeter_mm?: number;
  area_mm2?: number;
  volume_mm3?: number;
  /** Of a segment. */
  volume_ml?: number;
  angle_deg?: number;
}

/** Pixel values under a mark; they come with their unit as the image names it, `raw` where it names none. */
export interface Values {
  value?: number;
  mean?: number;
  sd?: number;
  min?: number;
  max?: number;
  unit?: string;
}

export type Measurements = Sizes & Values;

export interface Mark {
  id: string;
  geometry: MarkGeometry;
  measurements: Measurements;
  /** The words beside an arrow. */
  text?: string;
}

export interface Finding {
  id: string;
  /** Key of the located-finding question; null for a plain measurement, which is kept but never analysed. */
  question: string | null;
  code: Code | null;
  confidence: number | null;
  /** Answers to the questions that the form puts to each finding. */
  answers: Record<string, Answer>;
  /** At least one: both views of a mammogram, or the contour of every slice, are marks of one finding. */
  marks: Mark[];
}

/** What the reader did with a mark of the AI. */
export interface AiDecision {
  prediction_id: string;
  ai_finding_id: string;
  decision: "ACCEPTED" | "ADJUSTED" | "REJECTED";
  /** The reader's own finding that came of it. */
  finding_id: string | null;
  decided_at: string;
}

/** Instead of an answer, where the form allows it: the reader's reason. */
export interface CannotAssess {
  cannot_assess: string;
}

/** Of several choices, the chosen values in the order of the form. */
export type Answer = boolean | number | string | string[] | CannotAssess;

/** The content of one revision of a read. An absent key is an unanswered question. */
export interface ReadPayload {
  version: 3;
  answers: Record<string, Answer>;
  findings: Finding[];
  ai_decisions: AiDecision[];
}

export const EMPTY_PAYLOAD: ReadPayload = { version: 3, answers: {}, findings: [], ai_decisions: [] };

/** As the server allows it, and in its words (annotations/domain/payload.py). */
export const MOST_FINDINGS = 500;
export const TOO_MANY_FINDINGS = `A read has at most ${MOST_FINDINGS} findings.`;

/** The finding that a mark belongs to. */
export function findingOfMark(findings: Finding[], markId: string | null): Finding | undefined {
  return findings.find((finding) => finding.marks.some((mark) => mark.id === markId));
}

/** The first mark that is new or different after a change, or null. */
export function changedMark(before: Finding[], after: Finding[]): string | null {
  const known = new Map(before.flatMap(({ marks }) => marks.map((mark) => [mark.id, mark] as const)));
  const marks = after.flatMap((finding) => finding.marks);
  return marks.find((mark) => canonical(mark) !== canonical(known.get(mark.id) ?? null))?.id ?? null;
}

export function markIn(findings: Finding[], id: string): Mark | undefined {
  return findings.flatMap(({ marks }) => marks).find((mark) => mark.id === id);
}

export function samePayload(one: ReadPayload, other: ReadPayload): boolean {
  return canonical(one) === canonical(other);
}

/** JSON with sorted keys, so that two equal values compare equal whatever order they were built in. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
