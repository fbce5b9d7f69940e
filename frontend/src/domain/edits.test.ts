import { expect, test } from "vitest";
import { applyEdit } from "./edits";
import { exampleFinding, exampleMark } from "./examples";
import { canonical, EMPTY_PAYLOAD, samePayload } from "./payload";

test("an answer set and taken away leaves the read as it was", () => {
  const set = applyEdit(EMPTY_PAYLOAD, { type: "answer", key: "present", value: false });
  expect(set.answers).toEqual({ present: false });
  expect(applyEdit(set, { type: "answer", key: "present", value: null })).toEqual(EMPTY_PAYLOAD);
});

test("the same answer again is no change", () => {
  const set = applyEdit(EMPTY_PAYLOAD, { type: "answer", key: "confidence", value: 0 });
  expect(applyEdit(set, { type: "answer", key: "confidence", value: 0 })).toBe(set);
});

test("a finding added twice is there once", () => {
  const once = applyEdit(EMPTY_PAYLOAD, { type: "finding_added", finding: exampleFinding("f") });
  const twice = applyEdit(once, { type: "finding_added", finding: exampleFinding("f", { confidence: 3 }) });
  expect(twice.findings.map((finding) => finding.confidence)).toEqual([3]);
});

test("edits of a finding that is gone change nothing", () => {
  const edit = { type: "finding_changed", id: "gone", change: { confidence: 1 } } as const;
  expect(applyEdit(EMPTY_PAYLOAD, edit)).toBe(EMPTY_PAYLOAD);
  expect(applyEdit(EMPTY_PAYLOAD, { type: "finding_removed", id: "gone" })).toBe(EMPTY_PAYLOAD);
});

test("marks come and go within their finding, and the last one takes it along", () => {
  const one = applyEdit(EMPTY_PAYLOAD, { type: "finding_added", finding: exampleFinding("f") });
  const two = applyEdit(one, { type: "mark_added", findingId: "f", mark: exampleMark("second") });
  expect(two.findings[0]?.marks.map((mark) => mark.id)).toEqual(["mark of f", "second"]);
  const again = applyEdit(two, { type: "mark_removed", id: "second" });
  expect(again).toEqual(one);
  expect(applyEdit(again, { type: "mark_removed", id: "mark of f" })).toEqual(EMPTY_PAYLOAD);
});

test("a moved mark leaves its neighbours alone", () => {
  const finding = exampleFinding("f", { marks: [exampleMark("a"), exampleMark("b")] });
  const before = applyEdit(EMPTY_PAYLOAD, { type: "finding_added", finding });
  const change = { measurements: { length_mm: 3 } };
  const after = applyEdit(before, { type: "mark_changed", id: "b", change });
  expect(after.findings[0]?.marks.map((mark) => mark.measurements)).toEqual([{}, { length_mm: 3 }]);
  expect(applyEdit(before, { type: "mark_changed", id: "gone", change })).toBe(before);
});

test("a question about a finding is answered and taken back", () => {
  const before = applyEdit(EMPTY_PAYLOAD, { type: "finding_added", finding: exampleFinding("f") });
  const answered = applyEdit(before, { type: "finding_answered", id: "f", key: "calcified", value: false });
  expect(answered.findings[0]?.answers).toEqual({ calcified: false });
  expect(applyEdit(answered, { type: "finding_answered", id: "f", key: "calcified", value: null })).toEqual(
    before,
  );
});

test("payloads compare by value, whatever the order of their keys", () => {
  const one = { ...EMPTY_PAYLOAD, answers: { a: 1, b: true } };
  const other = { ai_decisions: [], findings: [], answers: { b: true, a: 1 }, version: 3 as const };
  expect(samePayload(one, other)).toBe(true);
  expect(canonical({ b: [2, 1], a: null })).toBe('{"a":null,"b":[2,1]}');
});
