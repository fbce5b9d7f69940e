import type { AiFinding, AiPrediction, ImagesOfCase, PriorOfCase } from "@/api/reading";
import { findingColour } from "@/domain/findingColours";
import { type AiDecision, type Finding, type Geometry, isSegment, type Mark } from "@/domain/payload";
import type { ViewerMark } from "@/viewer";

/** The reader's marks as the images show them: those of one finding share its number and colour. */
export function ownMarks(findings: Finding[], isLocked: boolean): ViewerMark[] {
  return findings.flatMap(({ marks }, index) =>
    marks.flatMap(({ id, geometry, text }): ViewerMark[] => {
      if (isSegment(geometry)) return [];
      const label = text ? `${index + 1} ${text}` : String(index + 1);
      return [{ id, geometry, label, colour: findingColour(index), source: "READER", isLocked }];
    }),
  );
}

/** Where the list leads to for a segment: the slice that shows most of it. */
export function segmentPlace({ id, geometry }: Mark): ViewerMark | null {
  return isSegment(geometry) ? placeMark(id, geometry) : null;
}

type Place = Pick<Geometry, "sop_instance_uid" | "series_instance_uid" | "frame_number">;

/** A slice as a mark to jump to. */
export function placeMark(id: string, place: Place): ViewerMark {
  const { sop_instance_uid, series_instance_uid, frame_number } = place;
  const where = { frame_of_reference_uid: null, sop_instance_uid, series_instance_uid, frame_number };
  const geometry = { kind: "POINT" as const, points_mm: null, ...where };
  return { id, geometry, label: "", source: "READER", isLocked: true };
}

/** The AI's marks on the images of the case it is about; `opacity` is that of their lines. */
export function aiMarks(ai: AiPrediction | null, about: ImagesOfCase, opacity: number): ViewerMark[] {
  return (ai?.findings ?? []).map((finding) => ({ ...aiMark(finding, about), opacity }));
}

export function aiMark({ id, geometry, score }: AiFinding, about: ImagesOfCase): ViewerMark {
  return {
    id: aiMarkId(id),
    geometry,
    label: score === null ? "AI" : `AI ${score.toFixed(2)}`,
    source: "AI",
    isLocked: true,
    seriesInstanceUids: about.series.map(({ series_instance_uid }) => series_instance_uid),
  };
}

/** What the reader signed on the priors when they were cases: to compare with, not to change. */
export function priorMarks(priors: PriorOfCase[]): ViewerMark[] {
  return priors.flatMap(({ name, own_marks }) =>
    own_marks.map(({ id, finding, text, geometry }): ViewerMark => {
      const label = [name, finding, text].filter(Boolean).join(" ");
      return { id: `prior-${id}`, geometry, label, source: "PRIOR", isLocked: true };
    }),
  );
}

/** Kept apart from the ids of the reader's own marks. */
export function aiMarkId(findingId: string): string {
  return `ai-${findingId}`;
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
  const made = new Map(decisions.map(({ ai_finding_id, decision }) => [aiMarkId(ai_finding_id), decision]));
  return marks.flatMap((mark) => {
    const decision = mark.source === "AI" ? made.get(mark.id) : undefined;
    if (decision === "ACCEPTED" || (decision === "REJECTED" && mark.id !== chosenId)) return [];
    return [
      decision === "REJECTED" ? { ...mark, opacity: FAINT * (mark.opacity ?? 1), isFaint: true } : mark,
    ];
  });
}
