/** Triage on the screen: what is asked, what a queue is prefilled with, and minutes in words. */

import { type Estimate, isUndefined, type Outcome, type Undefined } from "./analysisResult";
import { undefinedText } from "./resultText";

export interface OperatingPoint {
  threshold: number;
  sensitivity: number;
  specificity: number;
}

export interface Exclusion {
  reason: string;
  detail: string;
  n: number;
}

export interface TriageModel {
  id: string;
  name: string;
  /** Null where the plan names no operating point. */
  threshold: number | null;
  positives: number;
  negatives: number;
  exclusions: Exclusion[];
  /** By threshold; none without cases of both classes. */
  points: OperatingPoint[];
}

export interface TriageArm {
  key: string;
  name: string;
  reads: number;
  timed_reads: number;
  mean_reading_min: number | null;
}

export interface TriageFacts {
  models: TriageModel[];
  arm: string | null;
  arms: TriageArm[];
}

export interface Waits {
  first_come_min: Outcome;
  triaged_min: Outcome;
  change_min: Outcome;
}

export interface TriageEffect {
  positives: Waits;
  negatives: Waits;
}

export interface Curves {
  minutes: number[];
  positives: { first_come: number[]; triaged: number[] } | null;
  negatives: { first_come: number[]; triaged: number[] } | null;
}

export type Arrivals = "READS" | "CSV" | "POISSON";

/** What is sent to replay the cases of an analysis. */
export interface ReplayInputs {
  model_version_id: string;
  arm: string | null;
  /** Null: by the score. */
  threshold: number | null;
  readers: number;
  /** Null: as the reads took. */
  reading_min: number | null;
  arrivals: Arrivals;
  csv: string | null;
  arrivals_per_hour: number | null;
  hours_per_day: number;
}

export interface ReplayAnswer {
  counts: { waits: number; positives: number; negatives: number; days: number };
  exclusions: Exclusion[];
  notes: string[];
  effect: TriageEffect | Undefined;
  curves: Curves | null;
  sentences: string[];
}

export interface QueueInputs {
  arrivals_per_hour: number;
  mean_reading_min: number;
  readers: number;
  prevalence: number;
  sensitivity: number;
  specificity: number;
}

export interface ExpectedWaits {
  method: string;
  first_come_min: number;
  flagged_min: number;
  unflagged_min: number;
  positives_min: number;
  negatives_min: number;
}

export interface QueueAnswer {
  utilisation: number;
  closed_form: ExpectedWaits | Undefined;
  simulation: (TriageEffect & { method: string; cases: number }) | Undefined;
  curves: Curves | null;
  sentences: string[];
  notes: string[];
}

/** How busy the readers of a prefilled queue are: busy enough for an order to matter. */
const BUSY = 0.8;
const MINUTES_UNTIMED = 10;

/** A queue like the reader study: its prevalence, the AI at its operating point, and reads as long as they took. */
export function queueOf(model: TriageModel, arm: TriageArm | undefined): QueueInputs {
  const cases = model.positives + model.negatives;
  const point = model.points[pointAt(model.points, model.threshold)];
  const minutes = arm?.mean_reading_min ?? MINUTES_UNTIMED;
  return {
    arrivals_per_hour: rounded((BUSY * 60) / minutes, 2),
    mean_reading_min: rounded(minutes, 2),
    readers: 1,
    prevalence: rounded(cases > 0 ? model.positives / cases : 0.1, 4),
    sensitivity: rounded(point?.sensitivity ?? 0.9, 4),
    specificity: rounded(point?.specificity ?? 0.9, 4),
  };
}

/** The place of the highest threshold that is not above the one given; the middle where there is none. */
export function pointAt(points: OperatingPoint[], threshold: number | null): number {
  if (threshold === null) return Math.floor((points.length - 1) / 2);
  return Math.max(
    0,
    points.findLastIndex((point) => point.threshold <= threshold),
  );
}

function rounded(value: number, digits: number): number {
  return Math.max(10 ** -digits, Number(value.toFixed(digits)));
}

/** `12.3`, with a true minus sign. */
export function minutes(value: number): string {
  const text = value.toFixed(1);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** `12.3 (8.1 to 16.0)`, a change with its sign, or why there is none. */
export function minutesText(outcome: Outcome, isChange = false): string {
  if (isUndefined(outcome)) return undefinedText(outcome.undefined);
  const sign = isChange && outcome.value > 0.05 ? "+" : "";
  return `${sign}${minutes(outcome.value)} ${intervalOf(outcome)}`;
}

function intervalOf({ low, high }: Estimate): string {
  return low === null || high === null ? "(no interval)" : `(${minutes(low)} to ${minutes(high)})`;
}

/** The curves as a table for other programs. */
export function curvesCsv(curves: Curves): string {
  const names = (["positives", "negatives"] as const).flatMap((whose) =>
    (["first_come", "triaged"] as const).flatMap((order) => {
      const values = curves[whose]?.[order];
      return values ? [{ name: `${whose}_${order}`, values }] : [];
    }),
  );
  const rows = curves.minutes.map((at, index) => [at, ...names.map(({ values }) => values[index])].join(","));
  return [["minutes", ...names.map(({ name }) => name)].join(","), ...rows, ""].join("\n");
}
