import { expect, it } from "vitest";
import {
  chartCsv,
  type DriftChart,
  type DriftPoint,
  leftOutText,
  periodText,
  pointText,
  referenceText,
  stabilityWord,
  stepText,
} from "./drift";

const POINT: DriftPoint = {
  key: "2026-03-02",
  starts_at: "2026-03-02T00:00:00Z",
  ends_at: "2026-03-09T00:00:00Z",
  n: 37,
  units: 37,
  figure: 0.43,
  value: 0.412,
  low: 0.3,
  high: 0.4,
  side: "above",
  reason: null,
  parts: [],
};
const CHART: DriftChart = {
  chart: "SCORE_MEAN",
  reader_study: null,
  arm: null,
  reference: {
    n: 200,
    units: 200,
    starts_at: "2026-01-01T10:00:00Z",
    ends_at: "2026-02-01T10:00:00Z",
    figure: 0.35,
    is_complete: true,
    parts: [],
  },
  undefined: null,
  centre: 0.35,
  average_run_length: 500,
  points: [POINT],
  left_out: [],
};

it("a point says its step, number, value, limits and where it is outside", () => {
  expect(pointText("SCORE_MEAN", POINT, "WEEK")).toBe(
    [
      "week of 2 Mar 2026: n = 37 cases",
      "EWMA 0.412",
      "limits 0.300 to 0.400",
      "outside: above the limits",
      "mean of the step 0.430",
    ].join("\n"),
  );
});

it("a step with too few cases has no value, and never 0", () => {
  const few = { ...POINT, n: 0, figure: null, value: null, low: null, high: null, side: null };
  expect(pointText("POSITIVE_SHARE", { ...few, reason: "TOO_FEW" }, "DAY")).toBe(
    "2 Mar 2026: n = 0 cases\ntoo few to be charted",
  );
});

it("an index comes with its word and one limit, a step of cases with its days", () => {
  expect([0.09, 0.1, 0.249, 0.25].map(stabilityWord)).toEqual([
    "no change",
    "some change",
    "some change",
    "a large change",
  ]);
  expect(pointText("SCANNER", { ...POINT, figure: null, parts: [{ name: "A", n: 37 }] }, "CASES")).toBe(
    "2 Mar 2026 to 9 Mar 2026: n = 37 cases\nIndex 0.412 (a large change)\nlimit 0.400\noutside: above the limits\nA: 37",
  );
  expect(pointText("SCANNER", { ...POINT, value: 0.3, high: 0.7, side: null }, "DAY")).toContain(
    "Index 0.300 (large, but not more than chance gives in so few cases)",
  );
  expect(stepText({ starts_at: POINT.starts_at, ends_at: "2026-03-02T09:00:00Z" }, "CASES")).toBe(
    "2 Mar 2026",
  );
});

it("a step of days ends with its last day", () => {
  expect(periodText(POINT)).toBe("2 Mar 2026 to 8 Mar 2026");
  expect(periodText({ ...POINT, ends_at: "2026-03-03T00:00:00.000000Z" })).toBe("2 Mar 2026");
  expect(periodText({ ...POINT, ends_at: "2026-03-04T10:00:00Z" })).toBe("2 Mar 2026 to 4 Mar 2026");
});

it("the reference and what is left out are said in a sentence", () => {
  expect(referenceText(CHART)).toBe("Reference: 200 cases, 1 Jan 2026 to 1 Feb 2026; mean 0.350.");
  expect(leftOutText(CHART)).toBe("");
  expect(leftOutText({ ...CHART, chart: "AGREEMENT", left_out: [{ reason: "NO_CALL", n: 2 }] })).toBe(
    "Not charted: 2 reads without a call.",
  );
});

it("the file has a row for each step, charted or not", () => {
  const few = { ...POINT, value: null, low: null, high: null, side: null, reason: "TOO_FEW" };
  const lines = chartCsv({ ...CHART, points: [POINT, few] }).split("\r\n");
  expect(lines[0]).toBe(
    "chart,reader_study,arm,starts_at,ends_at,n,units,figure,value,low,high,outcome,parts",
  );
  expect(lines[1]).toBe(
    "SCORE_MEAN,,,2026-03-02T00:00:00Z,2026-03-09T00:00:00Z,37,37,0.43,0.412,0.3,0.4,above,",
  );
  expect(lines[2]).toContain(",0.43,,,,TOO_FEW,");
});
