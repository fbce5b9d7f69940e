/** The result of an analysis run, as docs/contract.md section 5 writes it. */

import type { DescribedAbstention } from "./abstention";

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  level: number;
  method: string;
  n: number;
  note?: string;
  /** In a description: the endpoint of the plan whose number it is. */
  endpoint?: string;
}

export interface Undefined {
  undefined: string;
  detail: string;
  n: number;
}

export type Outcome = Estimate | Undefined;

export interface TestResult {
  statistic: number;
  df: number | null;
  p: number;
  method: string;
  n: number;
  note?: string;
}

export type TestOutcome = TestResult | Undefined;

export type BinaryMeasure = "sensitivity" | "specificity" | "ppv" | "npv" | "accuracy";

export interface Confusion {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

export interface BinaryResult {
  counts: Confusion;
  estimates: Record<BinaryMeasure, Outcome>;
}

export interface RocPoint {
  fpf: number;
  tpf: number;
  threshold: number | null;
}

export interface RocResult {
  counts: { positives: number; negatives: number };
  estimates: { auc: Outcome };
  curve: RocPoint[] | Undefined;
}

export interface Participant {
  key: string;
  kind: "AI" | "READER";
  name: string;
  n: number;
  threshold: number | null;
  rating_scale: "ORDINAL" | "CONFIDENCE" | "NUMBER" | "PROBABILITY" | null;
  binary: BinaryResult | Undefined;
  roc: RocResult | Undefined;
}

export interface PairedProportion {
  counts: { both: number; only_a: number; only_b: number; neither: number };
  a: Outcome;
  b: Outcome;
  difference: Outcome;
  tests: Record<"exact" | "mid-p" | "asymptotic" | "corrected", TestOutcome>;
}

export interface PairedAuc {
  a: Outcome;
  b: Outcome;
  difference: Outcome;
  tests: { delong: TestOutcome };
}

export interface Comparison {
  a: string;
  b: string;
  n: number;
  positives: number;
  negatives: number;
  sensitivity: PairedProportion | Undefined;
  specificity: PairedProportion | Undefined;
  auc: PairedAuc | Undefined;
}

export interface CalibrationBin {
  low: number;
  high: number;
  n: number;
  events: number;
  mean_probability: number | null;
  observed: Outcome;
}

export interface Calibration {
  counts: { n: number; events: number };
  estimates: Record<
    | "brier"
    | "expected_calibration_error"
    | "maximum_calibration_error"
    | "calibration_in_the_large"
    | "calibration_slope"
    | "calibration_intercept",
    Outcome
  >;
  bins: CalibrationBin[];
}

export interface Exclusion {
  /** Of an explored arm; a run by plan names its subject. */
  participant?: string | null;
  subject?: string | null;
  name: string;
  reason: string;
  detail: string;
  n: number;
  cases: string[];
}

export interface AnalysisResult {
  snapshot_digest: string;
  software: Record<string, string>;
  reader_study: { id: string; name: string };
  confidence_level: number;
  counts: Record<
    | "cases"
    | "positives"
    | "negatives"
    | "without_truth"
    | "patients"
    | "readers"
    | "reads_assigned"
    | "reads_signed"
    | "reads_simulated"
    | "predictions",
    number
  >;
  exclusions: Exclusion[];
  participants: Participant[];
  comparisons: Comparison[];
  calibration: Calibration | Undefined;
  /** Where the predictions say how uncertain they are. */
  abstention?: DescribedAbstention;
  notes: string[];
}

export function isUndefined<T extends object>(outcome: T | Undefined): outcome is Undefined {
  return "undefined" in outcome;
}

/** A binary measure of a participant; undefined as a whole when there is no binary decision. */
export function binaryOutcome(participant: Participant, measure: BinaryMeasure): Outcome {
  return isUndefined(participant.binary) ? participant.binary : participant.binary.estimates[measure];
}

export function aucOutcome(participant: Participant): Outcome {
  return isUndefined(participant.roc) ? participant.roc : participant.roc.estimates.auc;
}
