import { sameCode } from "./labelSchema";
import {
  type AiDecision,
  type Finding,
  type Geometry,
  isSegment,
  type MarkGeometry,
  type PatientMm,
  type PixelPoint,
  type ReadPayload,
} from "./payload";
import type { Gap } from "./validation";

/** What a reader does with a finding of the AI by key or button. */
export type AiChoice = "accept" | "adjust" | "reject";

/** Which finding of the AI: its predictions on several imaging studies may use the same ids. */
export type AiFindingName = Pick<AiDecision, "prediction_id" | "ai_finding_id">;

/** A finding of the AI as it is listed: the score is null where the protocol hides it. */
export interface ListedAiFinding extends AiFindingName {
  score: number | null;
  code: { meaning: string };
}

export function aiFindingKey({ prediction_id, ai_finding_id }: AiFindingName): string {
  return `${prediction_id} ${ai_finding_id}`;
}

/** What the reader decided about a finding of the AI, if anything yet. */
export function decisionOn(payload: ReadPayload, key: string): AiDecision | undefined {
  return payload.ai_decisions.find((decision) => aiFindingKey(decision) === key);
}

/** The findings of the AI that a protocol with required decisions still waits for. */
export function undecidedGaps(payload: ReadPayload, findings: ListedAiFinding[]): Gap[] {
  return findings
    .filter((one) => !decisionOn(payload, aiFindingKey(one)))
    .map((one) => ({
      field: `ai:${aiFindingKey(one)}`,
      code: "ai_undecided",
      detail: `Accept, adjust or reject the AI’s finding “${listedText(one)}”.`,
    }));
}

function listedText({ score, code }: ListedAiFinding): string {
  return score === null ? code.meaning : `${score.toFixed(2)} ${code.meaning}`;
}

/** The payload with this decision in place of an earlier one, whose copy goes with it. */
export function withDecision(payload: ReadPayload, decision: AiDecision, copy: Finding | null): ReadPayload {
  const before = withoutDecision(payload, aiFindingKey(decision));
  const findings = copy ? [...before.findings, copy] : before.findings;
  return { ...before, findings, ai_decisions: [...before.ai_decisions, decision] };
}

/** The payload as if the AI's finding had never been decided. */
export function withoutDecision(payload: ReadPayload, key: string): ReadPayload {
  const earlier = decisionOn(payload, key);
  if (!earlier) return payload;
  return {
    ...payload,
    findings: payload.findings.filter((finding) => finding.id !== earlier.finding_id),
    ai_decisions: payload.ai_decisions.filter((decision) => decision !== earlier),
  };
}

/**
 * What an edit of the reader's own findings means for the decisions: an accepted copy that no longer says what the
 * AI said is adjusted, and a copy that was deleted leaves the AI's finding undecided.
 */
export function followedDecisions(before: ReadPayload, after: ReadPayload, at_ms: number): ReadPayload {
  if (after.findings === before.findings || after.ai_decisions.length === 0) return after;
  const wasThere = new Map(before.findings.map((finding) => [finding.id, finding]));
  const isThere = new Map(after.findings.map((finding) => [finding.id, finding]));
  const ai_decisions = after.ai_decisions.flatMap((decision): AiDecision[] => {
    if (decision.finding_id === null) return [decision];
    const [then, now] = [wasThere.get(decision.finding_id), isThere.get(decision.finding_id)];
    if (!now) return [];
    if (decision.decision !== "ACCEPTED" || !then || saysTheSame(then, now)) return [decision];
    return [{ ...decision, decision: "ADJUSTED", decided_at: new Date(at_ms).toISOString() }];
  });
  const isSame =
    ai_decisions.length === after.ai_decisions.length &&
    ai_decisions.every((decision, index) => decision === after.ai_decisions[index]);
  return isSame ? after : { ...after, ai_decisions };
}

// Drawing a mark and reading it back moves its points by less than this.
const SAME_PLACE = 0.01;

/** Whether two versions of a finding agree in code, confidence, question and place. */
function saysTheSame(one: Finding, other: Finding): boolean {
  const isCodeSame = one.code && other.code ? sameCode(one.code, other.code) : one.code === other.code;
  return (
    isCodeSame &&
    one.confidence === other.confidence &&
    one.question === other.question &&
    one.marks.length === other.marks.length &&
    one.marks.every((mark, index) => {
      const counterpart = other.marks[index];
      return counterpart !== undefined && isSamePlace(mark.geometry, counterpart.geometry);
    })
  );
}

function isSamePlace(one: MarkGeometry, other: MarkGeometry): boolean {
  if (isSegment(one) || isSegment(other))
    return isSegment(one) && isSegment(other) && one.sha256 === other.sha256;
  const isOnSameFrame =
    one.sop_instance_uid === other.sop_instance_uid && one.frame_number === other.frame_number;
  const [here, there] = [pointsOf(one), pointsOf(other)];
  return (
    isOnSameFrame &&
    one.kind === other.kind &&
    here.length === there.length &&
    here.every((value, index) => Math.abs(value - (there[index] ?? Number.NaN)) < SAME_PLACE)
  );
}

function pointsOf({ points_mm, points_px }: Geometry): number[] {
  const points: readonly (PatientMm | PixelPoint)[] = points_mm ?? points_px ?? [];
  return points.flatMap((point) => [...point]);
}
