import { expect, test } from "vitest";
import type { AnalysisResult, Comparison, Estimate, Outcome, Participant, Undefined } from "./analysisResult";
import { summary } from "./resultSummary";
import {
  decimal,
  differenceText,
  intervalText,
  outcomeDetail,
  outcomeText,
  pText,
  ratingWriter,
  testDetail,
} from "./resultText";

const estimate = (value: number, low: number | null, high: number | null): Estimate => ({
  value,
  low,
  high,
  level: 0.95,
  method: "wilson",
  n: 119,
});
const nothing: Undefined = { undefined: "no-positive-cases", detail: "There is no positive case.", n: 0 };

test("an estimate is its value with its interval", () => {
  expect(outcomeText(estimate(0.87394, 0.79595, 0.92098))).toBe("0.874 (0.796–0.921)");
});

test("what is undefined is named, and is never a number", () => {
  expect(outcomeText(nothing)).toBe("not defined: no positive cases");
  expect(outcomeText({ ...nothing, undefined: "a-new-reason" })).toBe("not defined: a-new-reason");
  expect(pText(nothing)).toBe("not defined: no positive cases");
  expect(outcomeDetail(nothing)).toBe("There is no positive case. (n = 0)");
});

test("no interval is said, not left out", () => {
  expect(outcomeText(estimate(1, null, null))).toBe("1.000 (no interval)");
});

test("a difference carries its sign, and its interval no dash that reads as a minus", () => {
  expect(differenceText(estimate(0.0667, -0.0879, 0.2213))).toBe("+0.067 (−0.088 to 0.221)");
  expect(differenceText(estimate(-0.2, -0.3, -0.1))).toBe("−0.200 (−0.300 to −0.100)");
  expect(intervalText(0, 0.1)).toBe("0.000–0.100");
  expect(decimal(-0.0001)).toBe("0.000");
});

test("a p value is never 0.000", () => {
  const result = { statistic: 11.2, df: 1, p: 0.00082, method: "McNemar", n: 40 };
  expect(pText(result)).toBe("< 0.001");
  expect(pText({ ...result, p: 0.0338 })).toBe("0.034");
  expect(testDetail(result)).toBe("McNemar: statistic 11.200, df = 1, p < 0.001, n = 40");
  expect(testDetail({ ...result, df: null, p: 0.5 })).toBe("McNemar: statistic 11.200, p = 0.500, n = 40");
});

function participant(key: string, kind: "AI" | "READER", sensitivity: Outcome): Participant {
  const estimates = {
    sensitivity,
    specificity: estimate(0.5, 0.4, 0.6),
    ppv: nothing,
    npv: nothing,
    accuracy: nothing,
  };
  const binary = { counts: { tp: 1, fp: 1, fn: 1, tn: 1 }, estimates };
  return { key, kind, name: key, n: 4, threshold: null, rating_scale: null, binary, roc: nothing };
}

function comparison(b: string, low: number, high: number): Comparison {
  const difference = estimate((low + high) / 2, low, high);
  const tests = { exact: nothing, "mid-p": nothing, asymptotic: nothing, corrected: nothing };
  const counts = { both: 1, only_a: 1, only_b: 1, neither: 1 };
  const sensitivity = { counts, a: nothing, b: nothing, difference, tests };
  return { a: "ai", b, n: 4, positives: 2, negatives: 2, sensitivity, specificity: nothing, auc: nothing };
}

const RESULT: AnalysisResult = {
  snapshot_digest: "0",
  software: {},
  reader_study: { id: "1", name: "x" },
  confidence_level: 0.95,
  counts: {
    cases: 4,
    positives: 2,
    negatives: 2,
    without_truth: 0,
    patients: 4,
    readers: 3,
    reads_assigned: 12,
    reads_signed: 11,
    reads_simulated: 0,
    predictions: 4,
  },
  exclusions: [{ participant: "r1", name: "r1", reason: "unsigned", detail: "", n: 1, cases: ["Case 001"] }],
  participants: [
    participant("ai", "AI", estimate(0.9, 0.8, 0.95)),
    participant("r1", "READER", estimate(0.7, 0.6, 0.8)),
    participant("r2", "READER", estimate(0.8, 0.7, 0.9)),
    participant("r3", "READER", nothing),
  ],
  comparisons: [comparison("r1", 0.05, 0.3), comparison("r2", -0.1, 0.2), comparison("r3", -0.3, -0.1)],
  calibration: nothing,
  notes: ["Interim."],
};

test("the summary answers the four questions", () => {
  const answers = summary(RESULT);
  expect(answers.map((answer) => answer.question)).toEqual([
    "How good is the AI (ai)?",
    "How good are the readers?",
    "Is there a difference?",
    "How sure is this?",
  ]);
  expect(answers[0]?.lines[0]).toBe("Sensitivity 0.900 (0.800–0.950)");
  expect(answers[0]?.lines[2]).toBe("AUC not defined: no positive cases");
  expect(answers[1]?.lines[0]).toBe("Sensitivity 0.700 to 0.800 across 2 readers, not defined for 1");
  expect(answers[1]?.lines[1]).toBe("Specificity 0.500 across 3 readers");
  expect(answers[2]?.lines).toEqual([
    "Sensitivity: AI higher than 1, AI lower than 1, no clear difference from 1 of 3 readers",
    "Specificity: not defined against 3 of 3 readers",
    "AUC: not defined against 3 of 3 readers",
  ]);
  expect(answers[3]?.lines).toEqual([
    "2 positive and 2 negative cases, 11 of 12 reads signed",
    "1 exclusion, each named below",
    "Interim.",
  ]);
});

test("without an AI nothing is compared", () => {
  const readersOnly = { ...RESULT, participants: RESULT.participants.slice(1), comparisons: [] };
  expect(summary(readersOnly).map((answer) => answer.question)).toEqual([
    "How good are the readers?",
    "How sure is this?",
  ]);
});

test("ratings have six figures, or as many as tell all of them apart", () => {
  const few = [0.99964, 0.99981, 80, 1 / 3, null];
  expect([0.99964, 80, 1 / 3].map(ratingWriter(few))).toEqual(["0.99964", "80", "0.333333"]);
  const near = [0.123456789, 0.123456788, 0.5];
  expect(near.map(ratingWriter(near))).toEqual(["0.123456789", "0.123456788", "0.5"]);
  // Next to each other among the numbers that there are.
  const next = [0.3, 0.1 + 0.2];
  expect(next.map(ratingWriter(next))).toEqual(["0.3", "0.30000000000000004"]);
  expect([1234567, 1234568].map(ratingWriter([1234567, 1234568]))).toEqual(["1234567", "1234568"]);
});
