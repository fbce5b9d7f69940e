import type { AiFinding, AiPrediction, ImagesOfCase } from "@/api/reading";
import { aiFindingKey } from "@/domain/aiDecisions";
import {
  type AiDecision,
  type AiSegmentGeometry,
  type Geometry,
  isAiSegment,
  type SphereGeometry,
} from "@/domain/payload";
import { cornersAround } from "@/domain/segmentBounds";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import { type Segment, sliceKey } from "@/domain/segments";
import type { Colour } from "@/domain/segmentTools";
import type { ViewerMark } from "@/viewer";
import { placeMark } from "../placeMark";

/** The AI's marks, each on the images that it is about; `opacity` is that of their lines. Segments lie over them. */
export function aiMarks(
  ai: AiPrediction | null,
  aboutOf: (finding: AiFinding) => ImagesOfCase,
  opacity: number,
): ViewerMark[] {
  return (ai?.findings ?? []).flatMap((finding) => {
    const { geometry } = finding;
    return isAiSegment(geometry) ? [] : [{ ...aiMark({ ...finding, geometry }, aboutOf(finding)), opacity }];
  });
}

type DrawnGeometry = Geometry | SphereGeometry;

export function aiMark(finding: AiFinding & { geometry: DrawnGeometry }, about: ImagesOfCase): ViewerMark {
  return aiMarkOf(finding, finding.geometry, about);
}

/** A finding of the AI as this mark. */
export function aiMarkOf({ id, score }: AiFinding, geometry: DrawnGeometry, about: ImagesOfCase): ViewerMark {
  return {
    id: aiMarkId(id),
    geometry,
    label: score === null ? "AI" : `AI ${score.toFixed(2)}`,
    source: "AI",
    isLocked: true,
    seriesInstanceUids: about.series.map(({ series_instance_uid }) => series_instance_uid),
  };
}

/** Where the list leads to for the AI's segments: the middle of what their largest slice shows. */
export function aiSegmentPlaces(ai: AiPrediction | null, voxels: ReadonlyMap<string, Segment>): ViewerMark[] {
  return (ai?.findings ?? []).flatMap(({ id, geometry }): ViewerMark[] => {
    if (!isAiSegment(geometry)) return [];
    const place = placeMark(aiMarkId(id), geometry);
    const points_px = cornersOf(geometry, voxels.get(geometry.sha256));
    return [{ ...place, geometry: { ...place.geometry, ...(points_px && { points_px }) }, source: "AI" }];
  });
}

function cornersOf({ sop_instance_uid, frame_number }: AiSegmentGeometry, voxels: Segment | undefined) {
  const key = sliceKey({ sopInstanceUid: sop_instance_uid, frameNumber: frame_number });
  const slice = voxels?.slices.get(key);
  return voxels && slice ? cornersAround(slice.counts, voxels.columns) : null;
}

// Those of the AI's other marks, see markStyles.ts of the viewer.
const AI_COLOUR: Colour = [255, 146, 43];
const CHOSEN_AI_COLOUR: Colour = [255, 192, 120];
// At full strength the image still shows through.
const AI_FILL = 0.45;

interface AiSegmentsInput {
  prediction: AiPrediction | null;
  voxels: ReadonlyMap<string, Segment>;
  ai_decisions: AiDecision[];
  selectedMarkId: string | null;
  strength: number;
}

/** The AI's segments as they lie over the images; the chosen one has its edge at full strength. */
export function aiSegmentOverlays(input: AiSegmentsInput): SegmentOverlay[] {
  const { prediction, voxels, ai_decisions, selectedMarkId, strength } = input;
  if (strength === 0) return [];
  const strengthOf = settledStrength(ai_decisions, selectedMarkId);
  return (prediction?.findings ?? []).flatMap(({ id, geometry }): SegmentOverlay[] => {
    const own = isAiSegment(geometry) && voxels.get(geometry.sha256);
    const settled = strengthOf(aiMarkId(id));
    if (!own || settled === 0) return [];
    const isChosen = aiMarkId(id) === selectedMarkId;
    const line = settled * (isChosen ? 1 : strength);
    const colour = isChosen ? CHOSEN_AI_COLOUR : AI_COLOUR;
    return [{ voxels: own, colour, line, fill: AI_FILL * strength * settled, isForeign: true }];
  });
}

/** Kept apart from the ids of the reader's own marks. */
export function aiMarkId(key: string): string {
  return `ai-${key}`;
}

// Of a rejected mark beside the strength that the reader has given to the AI's.
const FAINT = 0.4;

/**
 * An accepted mark is the reader's own now, and a rejected one is out of the way; both stay in the list. A rejected one
 * that is chosen there is seen all the same, faint, for who has rejected it may look at it again.
 */
export function withoutSettled(
  marks: ViewerMark[],
  decisions: AiDecision[],
  chosenId: string | null,
): ViewerMark[] {
  const strengthOf = settledStrength(decisions, chosenId);
  return marks.flatMap((mark) => {
    const strength = mark.source === "AI" ? strengthOf(mark.id) : 1;
    if (strength === 0) return [];
    return [strength === 1 ? mark : { ...mark, opacity: strength * (mark.opacity ?? 1), isFaint: true }];
  });
}

/** How strong a mark of the AI is once it is decided on, 0 to 1. */
function settledStrength(decisions: AiDecision[], chosenId: string | null): (markId: string) => number {
  const made = new Map(decisions.map((one) => [aiMarkId(aiFindingKey(one)), one.decision]));
  return (markId) => {
    const decision = made.get(markId);
    if (decision === "REJECTED") return markId === chosenId ? FAINT : 0;
    return decision === "ACCEPTED" ? 0 : 1;
  };
}
