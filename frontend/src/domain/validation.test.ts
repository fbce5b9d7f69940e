import fc from "fast-check";
import { expect, test } from "vitest";
import { isAdmissible } from "./answers";
import { EVERY_KIND, exampleFinding } from "./examples";
import type { Question } from "./labelSchema";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";
import { gapsBeforeSigning, unaskedAnswers, withoutUnasked } from "./validation";

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
  const questions = EVERY_KIND.questions.map((question) => ({ ...question, required: true }) as Question);
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

const WHY: Question = {
  key: "why",
  kind: "TEXT",
  text: "Why?",
  required: true,
  show_if: { question: "present", is: true },
};
const CONDITIONAL = [...EVERY_KIND.questions, WHY];

test("what is not asked is not missing, and is left out of what is signed", () => {
  const answered = { ...COMPLETE, answers: { ...COMPLETE.answers, why: "Calcified" } };
  expect(gapsBeforeSigning(CONDITIONAL, answered)).toEqual([]);
  expect(unaskedAnswers(CONDITIONAL, answered)).toEqual([WHY]);
  expect(withoutUnasked(CONDITIONAL, answered)).toEqual(COMPLETE);
  expect(withoutUnasked(CONDITIONAL, COMPLETE)).toBe(COMPLETE);
});

test("marks of a question that is not asked are for the reader to delete", () => {
  const questions = EVERY_KIND.questions.map((question) =>
    question.kind === "LOCATED_FINDING"
      ? { ...question, show_if: { question: "present", is: true } }
      : question,
  );
  const marked = { ...COMPLETE, findings: [exampleFinding("a")] };
  expect(gapsBeforeSigning(questions, marked).map((gap) => gap.code)).toEqual(["marks_not_asked"]);
});

test("cannot assess counts as answered where the form allows it", () => {
  const left = { ...COMPLETE, answers: { ...COMPLETE.answers, suspicion: { cannot_assess: "Motion" } } };
  expect(gaps(left).map((gap) => gap.code)).toEqual(["out_of_range"]);
  const allowing = EVERY_KIND.questions.map((one) => ({ ...one, cannot_assess: true }) as Question);
  expect(gapsBeforeSigning(allowing, left)).toEqual([]);
});
