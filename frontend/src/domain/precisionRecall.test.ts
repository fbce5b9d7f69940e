import { expect, it } from "vitest";
import type { DescribedParticipant } from "./description";
import { precisionBand, prPointsOf } from "./precisionRecall";

const point = (tp: number, fp: number, threshold: number | null) => ({
  tp,
  fp,
  threshold,
  tpf: tp / 4,
  fpf: fp / 4,
  tpf_low: 0,
  tpf_high: 1,
  fpf_low: 0,
  fpf_high: 1,
}); // prettier-ignore
const estimate = { value: 0.8, low: 0.5, high: 0.9, level: 0.95, method: "bootstrap", n: 8 };
const ADA = {
  roc: {
    counts: { positives: 4, negatives: 4 },
    estimates: {},
    curve: [point(0, 0, null), point(2, 0, 5), point(3, 1, 4), point(4, 4, 1)],
    precision_band: [
      { recall: 0.5, precision: estimate },
      { recall: 1, precision: { undefined: "no-cases", detail: "", n: 0 } },
    ],
  },
} as unknown as DescribedParticipant;

it("precision is the share of called cases that are positive, where any is called", () => {
  const points = prPointsOf(ADA);
  expect(points.map(({ recall, precision }) => [recall, precision])).toEqual([
    [0.5, 1],
    [0.75, 0.75],
    [1, 0.5],
  ]);
  expect(precisionBand(ADA)).toEqual([{ recall: 0.5, low: 0.5, high: 0.9 }]);
});
