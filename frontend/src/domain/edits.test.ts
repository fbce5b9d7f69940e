import { expect, test } from "vitest";
import { applyEdit } from "./edits";
import { exampleFinding } from "./examples";
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

test("payloads compare by value, whatever the order of their keys", () => {
  const one = { ...EMPTY_PAYLOAD, answers: { a: 1, b: true } };
  const other = { findings: [], answers: { b: true, a: 1 }, version: 1 as const };
  expect(samePayload(one, other)).toBe(true);
  expect(canonical({ b: [2, 1], a: null })).toBe('{"a":null,"b":[2,1]}');
});
