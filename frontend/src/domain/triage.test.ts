import { expect, it } from "vitest";
import { curvesCsv, minutesText, pointAt, queueOf, type TriageModel } from "./triage";

const MODEL: TriageModel = {
  id: "m",
  name: "Finder 1",
  threshold: 0.5,
  positives: 1,
  negatives: 4,
  exclusions: [],
  points: [
    { threshold: 0.2, sensitivity: 1, specificity: 0.25 },
    { threshold: 0.4, sensitivity: 1, specificity: 0.75 },
    { threshold: 0.6, sensitivity: 0.5, specificity: 1 },
  ],
};
const ARM = { key: "A", name: "Reading", reads: 5, timed_reads: 5, mean_reading_min: 6 };

it("prefills a queue that is busy eight tenths of the time, with the AI where it decides", () => {
  const queue = queueOf(MODEL, ARM);
  expect(queue).toEqual({
    arrivals_per_hour: 8,
    mean_reading_min: 6,
    readers: 1,
    prevalence: 0.2,
    sensitivity: 1,
    specificity: 0.75,
  });
  expect((queue.arrivals_per_hour / 60) * queue.mean_reading_min).toBeCloseTo(0.8);
  expect(queueOf({ ...MODEL, points: [] }, undefined)).toMatchObject({
    mean_reading_min: 10,
    sensitivity: 0.9,
  });
});

it("finds the operating point at or below a threshold", () => {
  const { points } = MODEL;
  expect([0.1, 0.2, 0.5, 0.6, 1].map((threshold) => pointAt(points, threshold))).toEqual([0, 0, 1, 2, 2]);
  expect(pointAt(points, null)).toBe(1);
});

it("says minutes with their interval, a change with its sign, and why there is none", () => {
  const change = { value: -3.21, low: -4, high: -0.04, level: 0.95, method: "m", n: 3 };
  expect(minutesText(change, true)).toBe("−3.2 (−4.0 to 0.0)");
  expect(minutesText({ ...change, value: 3.21, low: null, high: null }, true)).toBe("+3.2 (no interval)");
  expect(minutesText({ undefined: "no-positive-cases", detail: "None.", n: 0 })).toBe(
    "not defined: no positive cases",
  );
});

it("writes the curves as a table, without a class that has no case", () => {
  const curves = { minutes: [0, 1], positives: null, negatives: { first_come: [1, 0.5], triaged: [1, 0] } };
  expect(curvesCsv(curves)).toBe("minutes,negatives_first_come,negatives_triaged\n0,1,1\n1,0.5,0\n");
});
