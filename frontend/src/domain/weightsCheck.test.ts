import { expect, test } from "vitest";
import { checkCsv, completenessText, stageText, verdict, type WeightsCheck } from "./weightsCheck";

const STAGE = { redrawn: 2, layer: "a.0", spearman: -0.125, ssim: null, reason: "Too small." };
const CHECK: WeightsCheck = { seed: 0, number_of_layers: 2, stages: [STAGE], depends_on_weights: true };

test("the verdict says what the figures mean", () => {
  expect(verdict(CHECK)).toBe(
    "The map depends on the weights: with all of them redrawn the rank correlation is −0.13.",
  );
  const alike = { ...CHECK, stages: [{ ...STAGE, spearman: 0.9 }], depends_on_weights: false };
  expect(verdict(alike)).toContain("does not depend on the weights");
  const unknown = { ...CHECK, stages: [{ ...STAGE, spearman: null }], depends_on_weights: null };
  expect(verdict(unknown)).toBe("Whether the map depends on the weights is not known. Too small.");
});

test("a stage says what is not defined, and why", () => {
  expect(stageText(STAGE, 2).split("\n")).toEqual([
    "2 of 2 layers redrawn, from the last to a.0",
    "Rank correlation: −0.125",
    "Structural similarity: not defined",
    "Too small.",
  ]);
  expect(checkCsv(CHECK)).toBe(
    'layers_redrawn,first_redrawn,spearman,ssim,reason\n2,"a.0",-0.125,,"Too small."',
  );
});

test("completeness is judged by its share of what should add up", () => {
  expect(completenessText({ score: 0.9 })).toBeNull();
  expect(completenessText({ score: 0.9, baseline_score: 0.1, completeness_error: 0.008 })).toBe(
    "Adds up: the error is 0.0080, 1.0 % of the difference to the baseline.",
  );
  const poor = completenessText({ score: 0.9, baseline_score: 0.1, completeness_error: -0.16 });
  expect(poor).toContain("Does not add up");
  expect(completenessText({ score: 0.5, baseline_score: 0.5, completeness_error: 0 })).toContain(
    "Adds up to 0",
  );
});
