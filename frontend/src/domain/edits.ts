import type { Answer, Finding, Geometry, Measurements, ReadPayload } from "./payload";

/** Everything a reader can change in a read. */
export type Edit =
  | { type: "answer"; key: string; value: Answer | null }
  | { type: "finding_added"; finding: Finding }
  | { type: "finding_moved"; id: string; geometry: Geometry; measurements: Measurements }
  | {
      type: "finding_changed";
      id: string;
      change: Partial<Pick<Finding, "code" | "confidence" | "question">>;
    }
  | { type: "finding_removed"; id: string };

/** The payload after an edit; the same object when nothing changed, so that nothing is saved for it. */
export function applyEdit(payload: ReadPayload, edit: Edit): ReadPayload {
  switch (edit.type) {
    case "answer":
      return withAnswer(payload, edit.key, edit.value);
    case "finding_added":
      return withAdded(payload, edit.finding);
    case "finding_moved":
      return withFinding(payload, edit.id, { geometry: edit.geometry, measurements: edit.measurements });
    case "finding_changed":
      return withFinding(payload, edit.id, edit.change);
    case "finding_removed":
      return withoutFinding(payload, edit.id);
  }
}

function withAnswer(payload: ReadPayload, key: string, value: Answer | null): ReadPayload {
  if (payload.answers[key] === (value ?? undefined)) return payload;
  const { [key]: _previous, ...others } = payload.answers;
  return { ...payload, answers: value === null ? others : { ...others, [key]: value } };
}

function withAdded(payload: ReadPayload, finding: Finding): ReadPayload {
  if (payload.findings.some((known) => known.id === finding.id)) {
    return withFinding(payload, finding.id, finding);
  }
  return { ...payload, findings: [...payload.findings, finding] };
}

function withFinding(payload: ReadPayload, id: string, change: Partial<Finding>): ReadPayload {
  if (!payload.findings.some((finding) => finding.id === id)) return payload;
  const findings = payload.findings.map((finding) =>
    finding.id === id ? { ...finding, ...change } : finding,
  );
  return { ...payload, findings };
}

function withoutFinding(payload: ReadPayload, id: string): ReadPayload {
  const findings = payload.findings.filter((finding) => finding.id !== id);
  return findings.length === payload.findings.length ? payload : { ...payload, findings };
}
