/** Operating layers: what they make of scores, and how that reads in plain words. */

import type { Calibration, Outcome } from "./analysisResult";
import { csvText } from "./csv";
import { decimal, percentText } from "./resultText";

export type CalibrationMethod = "TEMPERATURE" | "PLATT" | "ISOTONIC" | "BETA";

export interface LayerStep {
  score: number;
  probability: number;
}

/** Numbers by name; of isotonic regression its steps. */
export type LayerParameters = Record<string, number | LayerStep[]>;

export interface LayerShift {
  trained_at: number | null;
  applied_at: number | null;
}

export type Stage = "before" | "after" | "shifted";

export interface LayerCalls {
  threshold: number;
  sensitivity: Outcome;
  specificity: Outcome;
}

export interface CurvePoint {
  score: number;
  calibrated: number;
  used: number;
}

export interface LayerFigures {
  kind: "FIT" | "VALIDATION";
  level: number;
  counts: { n: number; positives: number; patients: number };
  stages: { before: Calibration; after: Calibration; shifted?: Calibration };
  calls: { before: LayerCalls; after: LayerCalls };
  curve: CurvePoint[];
  fitted_by?: string;
  notes: string[];
}

export const METHODS: { value: CalibrationMethod; label: string; about: string }[] = [
  { value: "TEMPERATURE", label: "Temperature", about: "one number: makes all scores less extreme, or more" },
  { value: "PLATT", label: "Platt (logistic)", about: "two numbers: also moves all scores up or down" },
  { value: "BETA", label: "Beta", about: "three numbers: high and low scores may be off differently" },
  {
    value: "ISOTONIC",
    label: "Isotonic",
    about: "steps of any height, and the only one for scores of exactly 0 or 1; wants about 1000 cases",
  },
];

export function methodLabel(method: CalibrationMethod): string {
  return METHODS.find(({ value }) => value === method)?.label ?? method;
}

/** The fitted numbers in one line. */
export function parametersText(method: CalibrationMethod, parameters: LayerParameters): string {
  const { steps } = parameters;
  if (method === "ISOTONIC" && Array.isArray(steps)) {
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last) return "";
    return `${steps.length} points, from ${decimal(first.probability)} to ${decimal(last.probability)}`;
  }
  return Object.entries(parameters)
    .flatMap(([name, value]) => (typeof value === "number" ? [`${name} ${decimal(value)}`] : []))
    .join(", ");
}

/** `30 % → 1 %`, or none. */
export function shiftText({ trained_at: from, applied_at: to }: LayerShift): string {
  return from === null || to === null ? "none" : `${percentText(from)} → ${percentText(to)}`;
}

/** What a shift of the prevalence means, said of a case that scores one half. */
export function shiftMeaning(
  { trained_at: from, applied_at: to }: LayerShift,
  curve: CurvePoint[],
): string | null {
  if (from === null || to === null) return null;
  const middle = curve.find(({ score }) => score === 0.5);
  const people = `Of 1000 such cases ${perThousand(from)} are positive where the layer was fitted, and ${perThousand(to)} where it is used.`;
  if (!middle) return people;
  return `${people} A case that scores 0.5 then is positive with a probability of ${percentText(middle.used)}, not ${percentText(middle.calibrated)}: the images say the same, but there are ${to < from ? "fewer" : "more"} positive cases to begin with.`;
}

/** Four significant digits: where few cases are positive, probabilities are small. */
export function probabilityText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Of the points of a curve those that are marked, and stand in its table. */
export function markedPoints(curve: CurvePoint[]): CurvePoint[] {
  return curve.filter((_, index) => index % 5 === 0);
}

function perThousand(share: number): string {
  return String(Number((1000 * share).toPrecision(3)));
}

export const STAGE_TITLES: Record<Stage, string> = {
  before: "Before: the scores as they are",
  after: "After: through the layer",
  shifted: "After, carried to the other prevalence",
};

export function stagesOf({ stages }: LayerFigures): { stage: Stage; calibration: Calibration }[] {
  return (["before", "after", "shifted"] as const).flatMap((stage) => {
    const calibration = stages[stage];
    return calibration ? [{ stage, calibration }] : [];
  });
}

export function curveCsv(curve: CurvePoint[]): string {
  return csvText(
    ["score", "calibrated", "used"],
    curve.map(({ score, calibrated, used }) => [score, calibrated, used]),
  );
}
