import { withDecision, withoutDecision } from "./aiDecisions";
import {
  type AiDecision,
  type Answer,
  canonical,
  type Finding,
  type Mark,
  type ReadPayload,
} from "./payload";

/** Everything a reader can change in a read. */
export type Edit =
  | { type: "answer"; key: string; value: Answer | null }
  /** The read as it will be signed, without what the form no longer asks. */
  | { type: "unasked_left_out"; payload: ReadPayload }
  | { type: "finding_added"; finding: Finding }
  | { type: "finding_changed"; id: string; change: FindingChange }
  | { type: "finding_answered"; id: string; key: string; value: Answer | null }
  | { type: "finding_removed"; id: string }
  | { type: "mark_added"; findingId: string; mark: Mark }
  | { type: "mark_changed"; id: string; change: MarkChange }
  /** A stroke on a segment: a step of its own, however fast the strokes follow each other; `base` is the version below. */
  | { type: "segment_painted"; id: string; change: MarkChange; base: string }
  /** The last mark of a finding takes the finding with it. */
  | { type: "mark_removed"; id: string }
  /** Replaces an earlier decision about the same finding; `copy` is the reader's own finding that comes of it. */
  | { type: "ai_decided"; decision: AiDecision; copy: Finding | null }
  | { type: "ai_taken_back"; aiFindingKey: string };

export type FindingChange = Partial<Pick<Finding, "code" | "confidence" | "question" | "answers">>;
export type MarkChange = Partial<Pick<Mark, "geometry" | "measurements" | "text">>;

/** The payload after an edit; the same object when nothing changed, so that nothing is saved for it. */
export function applyEdit(payload: ReadPayload, edit: Edit): ReadPayload {
  switch (edit.type) {
    case "answer":
      return withAnswer(payload, edit.key, edit.value);
    case "unasked_left_out":
      return edit.payload;
    case "finding_added":
      return withAdded(payload, edit.finding);
    case "finding_changed":
      return withFinding(payload, edit.id, (finding) => ({ ...finding, ...edit.change }));
    case "finding_answered":
      return withFinding(payload, edit.id, (finding) => withAnswer(finding, edit.key, edit.value));
    case "finding_removed":
      return withoutFinding(payload, edit.id);
    case "mark_added":
      return withFinding(payload, edit.findingId, (finding) => withMark(finding, edit.mark));
    case "mark_changed":
    case "segment_painted":
      return withMarkChange(payload, edit.id, edit.change);
    case "mark_removed":
      return withoutMark(payload, edit.id);
    case "ai_decided":
      return withDecision(payload, edit.decision, edit.copy);
    case "ai_taken_back":
      return withoutDecision(payload, edit.aiFindingKey);
  }
}

function withAnswer<T extends { answers: Record<string, Answer> }>(
  holder: T,
  key: string,
  value: Answer | null,
): T {
  if (isSameAnswer(holder.answers[key], value)) return holder;
  const { [key]: _previous, ...others } = holder.answers;
  return { ...holder, answers: value === null ? others : { ...others, [key]: value } };
}

function isSameAnswer(before: Answer | undefined, value: Answer | null): boolean {
  return value === null || before === undefined
    ? before === (value ?? undefined)
    : canonical(before) === canonical(value);
}

function withAdded(payload: ReadPayload, finding: Finding): ReadPayload {
  if (payload.findings.some((known) => known.id === finding.id)) {
    return withFinding(payload, finding.id, () => finding);
  }
  return { ...payload, findings: [...payload.findings, finding] };
}

function withFinding(payload: ReadPayload, id: string, change: (finding: Finding) => Finding): ReadPayload {
  const index = payload.findings.findIndex((finding) => finding.id === id);
  const before = payload.findings[index];
  const after = before && change(before);
  if (!after || after === before) return payload;
  return { ...payload, findings: payload.findings.with(index, after) };
}

function withoutFinding(payload: ReadPayload, id: string): ReadPayload {
  const findings = payload.findings.filter((finding) => finding.id !== id);
  return findings.length === payload.findings.length ? payload : { ...payload, findings };
}

function withMark(finding: Finding, mark: Mark): Finding {
  return { ...finding, marks: [...finding.marks.filter((known) => known.id !== mark.id), mark] };
}

function withMarkChange(payload: ReadPayload, id: string, change: MarkChange): ReadPayload {
  const holder = payload.findings.find((finding) => finding.marks.some((mark) => mark.id === id));
  if (!holder) return payload;
  return withFinding(payload, holder.id, (finding) => ({
    ...finding,
    marks: finding.marks.map((mark) => (mark.id === id ? { ...mark, ...change } : mark)),
  }));
}

function withoutMark(payload: ReadPayload, id: string): ReadPayload {
  const holder = payload.findings.find((finding) => finding.marks.some((mark) => mark.id === id));
  if (!holder) return payload;
  if (holder.marks.length === 1) return withoutFinding(payload, holder.id);
  return withFinding(payload, holder.id, (finding) => ({
    ...finding,
    marks: finding.marks.filter((mark) => mark.id !== id),
  }));
}
