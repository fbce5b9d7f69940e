import fc from "fast-check";
import { expect, test } from "vitest";
import { EVERY_KIND, exampleFinding } from "./examples";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";
import { gapsBeforeSigning, isAdmissible } from "./validation";

const COMPLETE: ReadPayload = {
  ...EMPTY_PAYLOAD,
  answers: { present: false, suspicion: 1, confidence: 0 },
};
const gaps = (payload: ReadPayload) => gapsBeforeSigning(EVERY_KIND.questions, payload);

test("an empty read misses every required question, in the order of the form", () => {
  expect(gaps(EMPTY_PAYLOAD).map((gap) => [gap.field, gap.code])).toEqual([
    ["present", "required"],
    ["suspicion", "required"],
    ["confidence", "required"],
  ]);
});

test("No and 0 are answers", () => {
  expect(gaps(COMPLETE)).toEqual([]);
});

test("a finding needs its code and its confidence, named by the finding's id", () => {
  const findings = [exampleFinding("f1", { code: null, confidence: null })];
  expect(gaps({ ...COMPLETE, findings }).map((gap) => [gap.field, gap.code])).toEqual([
    ["f1", "code_required"],
    ["f1", "confidence_required"],
  ]);
});

test("a plain measurement needs neither", () => {
  const findings = [exampleFinding("f1", { question: null, code: null, confidence: null })];
  expect(gaps({ ...COMPLETE, findings })).toEqual([]);
});

test("more findings than allowed are said", () => {
  const findings = ["a", "b", "c"].map((id) => exampleFinding(id));
  expect(gaps({ ...COMPLETE, findings }).map((gap) => gap.code)).toEqual(["too_many"]);
});

test("a required located finding needs at least one", () => {
  const questions = EVERY_KIND.questions.map((question) => ({ ...question, required: true }));
  expect(gapsBeforeSigning(questions, COMPLETE).map((gap) => gap.code)).toEqual(["too_few"]);
});

test("a confidence is admissible exactly when it is a whole number from 0 to 100", () => {
  const confidence = { key: "c", kind: "CONFIDENCE" as const, text: "", required: true };
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.double()), (answer) => {
      const isWhole = Math.floor(answer) === answer && answer >= 0 && answer <= 100;
      expect(isAdmissible(confidence, answer)).toBe(isWhole);
    }),
  );
});
