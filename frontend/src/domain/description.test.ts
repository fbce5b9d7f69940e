import { describe, expect, it } from "vitest";
import { cellsAt, predictiveValues } from "./description";

describe("predictive values at a prevalence", () => {
  // validation.stats.prevalence.predictive_values_at(BinaryCounts(90, 10, 10, 90), 0.01), level 0.95.
  it("are what the statistics say", () => {
    const { ppv, npv } = predictiveValues({ tp: 90, fp: 10, fn: 10, tn: 90 }, 0.01, 1.959963984540054);
    expect(ppv?.value).toBeCloseTo(0.083333333333, 10);
    expect(ppv?.low).toBeCloseTo(0.0479023564737, 10);
    expect(ppv?.high).toBeCloseTo(0.1410873958622, 10);
    expect(npv?.value).toBeCloseTo(0.9988789237668, 10);
    expect(npv?.low).toBeCloseTo(0.9979761683043, 10);
  });

  it("have no interval at an empty cell, and are not defined without a call", () => {
    const { ppv, npv } = predictiveValues({ tp: 5, fp: 0, fn: 5, tn: 10 }, 0.3, 1.96);
    expect(ppv).toEqual({ value: 1, low: null, high: null });
    expect(npv?.low).not.toBeNull();
    expect(predictiveValues({ tp: 0, fp: 0, fn: 5, tn: 10 }, 0.3, 1.96).ppv).toBeNull();
  });

  it("at the prevalence of the cases is the plain share", () => {
    const { ppv, npv } = predictiveValues({ tp: 30, fp: 20, fn: 10, tn: 40 }, 0.4, 1.96);
    expect(ppv?.value).toBeCloseTo(30 / 50, 12);
    expect(npv?.value).toBeCloseTo(40 / 50, 12);
  });
});

it("an operating point is a 2x2 table", () => {
  expect(cellsAt({ tp: 2, fp: 1 }, { positives: 4, negatives: 4 })).toEqual({ tp: 2, fp: 1, fn: 2, tn: 3 });
});
