/** How alike the map is to that of weights of which the last so many layers are redrawn. */
export interface CheckStage {
  redrawn: number;
  layer: string;
  spearman: number | null;
  ssim: number | null;
  reason: string;
}

/** The same explanation with the weights of ever more layers redrawn, from the last to the first. */
export interface WeightsCheck {
  seed: number;
  number_of_layers: number;
  stages: CheckStage[];
  /** Null where it is not known. */
  depends_on_weights: boolean | null;
}

export const MEASURES = { spearman: "Rank correlation", ssim: "Structural similarity" } as const;
export type Measure = keyof typeof MEASURES;

/** What the check came to, in words. */
export function verdict({ depends_on_weights, stages }: WeightsCheck): string {
  const last = stages.at(-1);
  if (depends_on_weights === null || !last || last.spearman === null) {
    return `Whether the map depends on the weights is not known. ${last?.reason ?? ""}`.trim();
  }
  const value = last.spearman.toFixed(2).replace("-", "−");
  return depends_on_weights
    ? `The map depends on the weights: with all of them redrawn the rank correlation is ${value}.`
    : `The map does not depend on the weights: with all of them redrawn the rank correlation is still ${value}. It shows the image and not what the model has learnt.`;
}

export function stageText(stage: CheckStage, all: number): string {
  const values = (Object.keys(MEASURES) as Measure[]).map((name) => {
    const value = stage[name];
    return `${MEASURES[name]}: ${value === null ? "not defined" : value.toFixed(3).replace("-", "−")}`;
  });
  const layers = `${stage.redrawn} of ${all} layers redrawn, from the last to ${stage.layer || "the first"}`;
  return [layers, ...values, ...(stage.reason ? [stage.reason] : [])].join("\n");
}

export function checkCsv({ stages }: WeightsCheck): string {
  const rows = stages.map((one) => [
    one.redrawn,
    JSON.stringify(one.layer),
    one.spearman ?? "",
    one.ssim ?? "",
    JSON.stringify(one.reason),
  ]);
  return ["layers_redrawn,first_redrawn,spearman,ssim,reason", ...rows.map((row) => row.join(","))].join(
    "\n",
  );
}

// Five hundredths of what the attributions should add up to: more steps are advised from there on.
const POOR_SHARE = 0.05;

interface Facts {
  score: number;
  baseline_score?: number;
  completeness_error?: number;
}

/** Whether integrated gradients add up, in words; null for a method that need not. */
export function completenessText({ score, baseline_score, completeness_error }: Facts): string | null {
  if (baseline_score === undefined || completeness_error === undefined) return null;
  const whole = score - baseline_score;
  const error = completeness_error.toPrecision(2).replace("-", "−");
  if (whole === 0) return `Adds up to 0 with an error of ${error}: the baseline has the same score.`;
  const share = Math.abs(completeness_error / whole);
  const percent = `${(100 * share).toPrecision(2)} %`;
  return share > POOR_SHARE
    ? `Does not add up: the error is ${error}, ${percent} of the difference to the baseline. Ask for more steps.`
    : `Adds up: the error is ${error}, ${percent} of the difference to the baseline.`;
}
