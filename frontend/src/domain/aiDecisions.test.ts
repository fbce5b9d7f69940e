import { describe, expect, it } from "vitest";
import { decisionOn, undecidedGaps } from "./aiDecisions";
import { startAutosave } from "./autosave";
import type { Edit } from "./edits";
import { type AiDecision, EMPTY_PAYLOAD, type Finding } from "./payload";
import { type ReadSession, reduceSession, startSession } from "./session";

const NODULE = { scheme: "RADLEX", value: "RID50149", meaning: "pulmonary nodule" };
const GEOMETRY = {
  kind: "POINT",
  points_mm: [[1, 2, 3]],
  frame_of_reference_uid: "1.2",
  sop_instance_uid: "1.2.3",
  series_instance_uid: "1.2.4",
  frame_number: 1,
} as const;

function copyOf(id: string): Finding {
  const geometry = { ...GEOMETRY, points_mm: [[1, 2, 3] as const] };
  const mark = { id: `mark of ${id}`, geometry, measurements: {} };
  return { id, question: "nodules", code: NODULE, confidence: 87, answers: {}, marks: [mark] };
}

function decision(kind: AiDecision["decision"], finding_id: string | null): AiDecision {
  return {
    prediction_id: "p",
    ai_finding_id: "F1",
    decision: kind,
    finding_id,
    decided_at: "2026-01-01T00:00:00.000Z",
  };
}

const accepted: Edit = { type: "ai_decided", decision: decision("ACCEPTED", "mine"), copy: copyOf("mine") };
const rejected: Edit = { type: "ai_decided", decision: decision("REJECTED", null), copy: null };
const LATER_MS = Date.parse("2026-01-01T00:01:00.000Z");

function edited(...edits: Edit[]): ReadSession {
  const start = startSession(startAutosave(EMPTY_PAYLOAD, 0, null));
  return edits.reduce(
    (session, edit, index) =>
      reduceSession(session, { type: "edit", edit, at_ms: LATER_MS + 10_000 * index }),
    start,
  );
}

const payloadOf = (session: ReadSession) => session.save.payload;

describe("deciding about a finding of the AI", () => {
  it("accepting copies it into an own finding, in one step that undo takes back", () => {
    const session = edited(accepted);
    expect(payloadOf(session).findings).toEqual([copyOf("mine")]);
    expect(decisionOn(payloadOf(session), "p F1")?.decision).toBe("ACCEPTED");
    expect(payloadOf(reduceSession(session, { type: "undo", at_ms: LATER_MS }))).toEqual(EMPTY_PAYLOAD);
  });

  it("leaves a finding of another prediction with the same id as it was", () => {
    const other = { ...decision("REJECTED", null), prediction_id: "q" };
    const payload = payloadOf(edited(accepted, { type: "ai_decided", decision: other, copy: null }));
    expect(payload.ai_decisions).toEqual([decision("ACCEPTED", "mine"), other]);
    expect(payload.findings).toEqual([copyOf("mine")]);
    const named = ["p", "r"].map((prediction_id) => ({
      prediction_id,
      ai_finding_id: "F1",
      score: prediction_id === "p" ? 0.875 : null,
      code: { meaning: "nodule" },
    }));
    expect(undecidedGaps(payload, named).map(({ field }) => field)).toEqual(["ai:r F1"]);
    const gaps = undecidedGaps(EMPTY_PAYLOAD, named);
    expect(gaps.map(({ field }) => field)).toEqual(["ai:p F1", "ai:r F1"]);
    expect(gaps.map(({ detail }) => detail.split("“")[1])).toEqual(["0.88 nodule”.", "nodule”."]);
  });

  it("rejecting after accepting takes the copy away and leaves one decision", () => {
    const payload = payloadOf(edited(accepted, rejected));
    expect(payload.findings).toEqual([]);
    expect(payload.ai_decisions).toEqual([decision("REJECTED", null)]);
  });

  it("taking a decision back leaves nothing of it", () => {
    expect(payloadOf(edited(accepted, { type: "ai_taken_back", aiFindingKey: "p F1" }))).toEqual(
      EMPTY_PAYLOAD,
    );
    expect(payloadOf(edited(rejected, { type: "ai_taken_back", aiFindingKey: "p F1" }))).toEqual(
      EMPTY_PAYLOAD,
    );
  });

  it("deleting the copy leaves the finding undecided", () => {
    expect(payloadOf(edited(accepted, { type: "finding_removed", id: "mine" }))).toEqual(EMPTY_PAYLOAD);
  });
});

describe("changing an accepted copy", () => {
  const moved = { ...GEOMETRY, points_mm: [[1, 2.5, 3] as const] };
  const changes: [string, Edit][] = [
    ["its confidence", { type: "finding_changed", id: "mine", change: { confidence: 40 } }],
    ["its code", { type: "finding_changed", id: "mine", change: { code: null } }],
    ["its place", { type: "mark_changed", id: "mark of mine", change: { geometry: moved } }],
  ];

  it.each(changes)("makes the decision an adjustment when %s changes, with its time", (_, edit) => {
    const session = edited(accepted, edit);
    const now = decisionOn(payloadOf(session), "p F1");
    expect(now).toEqual({
      ...decision("ADJUSTED", "mine"),
      decided_at: "2026-01-01T00:01:10.000Z",
    });
    const undone = payloadOf(reduceSession(session, { type: "undo", at_ms: LATER_MS }));
    expect(decisionOn(undone, "p F1")?.decision).toBe("ACCEPTED");
  });

  it("does not when it is only drawn and read back, or something else changes", () => {
    const redrawn = { ...GEOMETRY, points_mm: [[1.001, 2, 3] as const] };
    const session = edited(
      accepted,
      { type: "mark_changed", id: "mark of mine", change: { geometry: redrawn } },
      { type: "answer", key: "present", value: true },
      { type: "finding_added", finding: copyOf("another") },
      { type: "finding_changed", id: "another", change: { confidence: 1 } },
    );
    expect(decisionOn(payloadOf(session), "p F1")).toEqual(decision("ACCEPTED", "mine"));
  });
});
