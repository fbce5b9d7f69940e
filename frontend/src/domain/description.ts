/** The descriptive part of a planned result: what is told beside the endpoints, never tested for the plan. */
import type { DescribedAbstention } from "./abstention";
import {
  type BinaryResult,
  type Calibration,
  type CalibrationBin,
  type Confusion,
  isUndefined,
  type Outcome,
  type Participant,
  type RocPoint,
  type RocResult,
  type TestOutcome,
  type Undefined,
} from "./analysisResult";

/** Positions in the list of cases. */
export type CaseList = number[];

export interface DescribedPoint extends RocPoint {
  tp: number;
  fp: number;
  tpf_low: number;
  tpf_high: number;
  fpf_low: number;
  fpf_high: number;
}

export interface DescribedRoc extends RocResult {
  curve: DescribedPoint[] | Undefined;
  estimates: { auc: Outcome; average_precision?: Outcome };
  band?: { specificity: number; sensitivity: Outcome }[];
  precision_band?: { recall: number; precision: Outcome }[];
}

export interface NetBenefit {
  threshold: number;
  model: Outcome;
  treat_all: Outcome;
}

export interface DescribedBin extends CalibrationBin {
  cases?: CaseList;
}

export interface DescribedCalibration extends Calibration {
  bins: DescribedBin[];
  decision_curve?: NetBenefit[];
}

export interface DescribedParticipant extends Participant {
  subject: string;
  binary: BinaryResult | Undefined;
  confusion: Record<keyof Confusion, CaseList>;
  roc: DescribedRoc | Undefined;
  calibration: DescribedCalibration | Undefined;
  /** In the order of the cases; not in results from before every point led to its cases. */
  ratings?: (number | null)[];
  /** Of an AI, where one of the plan's says how uncertain it is. */
  abstention?: DescribedAbstention;
  seconds: { n: number; lower_quartile: number; median: number; upper_quartile: number } | null;
}

export interface DescribedSubject {
  key: string;
  kind: "AI" | "READERS";
  name: string;
  readers: number | null;
  means: { sensitivity: Outcome; specificity: Outcome; auc: Outcome } | null;
  seconds: Outcome | null;
}

export type FlowKind = "kept_right" | "benefit" | "harm" | "kept_wrong";

export interface FlowCounts extends Record<FlowKind, number> {
  reader: string;
  group: "all" | "positives" | "negatives";
  ai_right: boolean | null;
}

export interface FlowChange {
  reader: string;
  group: "all" | "positives" | "negatives";
  measure: string;
  estimate: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

export interface DescribedChange {
  before: string;
  after: string;
  ai: string | null;
  flow: { counts: FlowCounts[]; changes: FlowChange[]; level: number } | Undefined;
  cases: Record<string, Record<FlowKind, CaseList>>;
  auc: Outcome;
}

export interface Pair {
  a: string;
  b: string;
  kappa: Outcome;
}

export interface DescribedAgreement {
  subject: string;
  readers: string[];
  decisions: Record<string, Outcome> | Undefined;
  ratings: { metric: string; krippendorff_alpha: Outcome } | Undefined;
  pairs: Pair[];
}

export interface Subgroup {
  value: string;
  positives: number | null;
  negatives: number | null;
  estimates: Record<string, Outcome>;
}

export interface SubgroupReport {
  overall: Subgroup;
  subgroups: Subgroup[];
  tests: { column: string; measure: string; test: TestOutcome; adjusted_p: number | null }[];
  adjustment: string;
}

export interface Groups {
  facts: Record<string, number>;
  /** By fact, in the order of the cases; null where it is not known. */
  labels?: Record<string, (string | null)[]>;
  reports: { participant: string; column: string; report: SubgroupReport | Undefined }[];
}

/**
 * A point of a curve of marks: `threshold` is the rating from which marks count; null at the ends, which have no
 * intervals. `x_method` and `y_method` are positions in `interval_methods`. Results from before have no intervals.
 */
export interface MarksPoint {
  x: number;
  y: number;
  threshold: number | null;
  x_low?: number | null;
  x_high?: number | null;
  x_method?: number | null;
  y_low?: number | null;
  y_high?: number | null;
  y_method?: number | null;
}

export type MarksCurve = "froc" | "afroc" | "wafroc";
export type MarksFigure = "WAFROC" | "AFROC" | "FROC" | "INFERRED_AUC" | "LESION_SENSITIVITY";

export interface MarkingParticipant {
  key: string;
  subject: string;
  kind: "AI" | "READER";
  name: string;
  n: number;
  negatives: number;
  lesions: number;
  /** Of how many cases the lesions are; not in results from before points had intervals. */
  lesion_cases?: number;
  counts: { lesion_marks: number; false_marks: number; extra_marks: number };
  estimates: Record<MarksFigure, Outcome>;
  curves: Record<MarksCurve, MarksPoint[] | Undefined>;
  /** Positions of the cases that were not read. */
  unread: CaseList;
  /** Position of the case, rating, and whether the mark is on a lesion. */
  marks: [number, number, boolean][];
}

/** Somebody of whom nothing can be said of marks, with the reason. */
export type UndefinedMarking = Pick<MarkingParticipant, "key" | "subject" | "kind" | "name"> & {
  undefined: Undefined;
};

export interface DescribedMarks {
  rule: string;
  /** Of the points' intervals; these two are not in results from before they had any. */
  level?: number;
  interval_methods?: string[];
  counts: { positives: number; negatives: number; lesions: number; positives_without_lesion: number };
  /** In the order of the cases. */
  lesions_by_case: number[];
  participants: (MarkingParticipant | UndefinedMarking)[];
}

export const isMarking = (one: MarkingParticipant | UndefinedMarking): one is MarkingParticipant =>
  !("undefined" in one);

export interface Description {
  label: string;
  normal_quantile: number;
  cases: { id: string; name: string; truth: 0 | 1 }[];
  subjects: DescribedSubject[];
  participants: DescribedParticipant[];
  changes: DescribedChange[];
  agreement: DescribedAgreement[];
  groups: Groups | Undefined;
  bland_altman: Undefined;
  /** Of plans that say when a mark is on a lesion. */
  marks?: DescribedMarks;
}

/** "with AI: Anna"; an AI by its own name. */
export function voiceName(
  { kind, name }: Pick<DescribedParticipant, "kind" | "name">,
  subject: DescribedSubject | undefined,
): string {
  return kind === "AI" || !subject ? name : `${subject.name}: ${name}`;
}

export const subjectOf = ({ subjects }: Description, key: string): DescribedSubject | undefined =>
  subjects.find((subject) => subject.key === key);

export interface PredictiveValue {
  value: number;
  low: number | null;
  high: number | null;
}

/**
 * PPV and NPV at a prevalence from the counts of an operating point, with the logit interval of Mercaldo, Lau and
 * Zhou (Stat Med 2007;26:2170), as `validation.stats.prevalence` computes them; null where no case gets the call.
 */
export function predictiveValues(
  { tp, fp, fn, tn }: Confusion,
  prevalence: number,
  quantile: number,
): { ppv: PredictiveValue | null; npv: PredictiveValue | null } {
  const odds = prevalence / (1 - prevalence);
  const [positives, negatives] = [tp + fn, fp + tn];
  return {
    ppv: fromOdds((tp / positives) * odds, fp / negatives, [tp, fn], [fp, tn], quantile),
    npv: fromOdds(tn / negatives, (fn / positives) * odds, [tn, fp], [fn, tp], quantile),
  };
}

type Cells = [number, number];

function fromOdds(
  right: number,
  wrong: number,
  above: Cells,
  below: Cells,
  quantile: number,
): PredictiveValue | null {
  if (right === 0 && wrong === 0) return null;
  const value = right / (right + wrong);
  if (right === 0 || wrong === 0) return { value, low: null, high: null };
  const variance = [above, below].reduce((sum, [x, y]) => sum + y / (x * (x + y)), 0);
  const centre = Math.log(right / wrong);
  const half = quantile * Math.sqrt(variance);
  const expit = (logit: number) => 1 / (1 + Math.exp(-logit));
  return { value, low: expit(centre - half), high: expit(centre + half) };
}

/** The 2x2 table at an operating point of a curve. */
export function cellsAt(
  { tp, fp }: Pick<DescribedPoint, "tp" | "fp">,
  counts: RocResult["counts"],
): Confusion {
  return { tp, fp, fn: counts.positives - tp, tn: counts.negatives - fp };
}

/** The curve of a participant, empty where it is undefined. */
export function curveOf({ roc }: DescribedParticipant): DescribedPoint[] {
  if (isUndefined(roc) || isUndefined(roc.curve)) return [];
  return roc.curve;
}
