/** The watch over a model version: its charts, steps and signals in words. */

import { type Cell, csvText } from "./csv";
import { decimal, percentText } from "./resultText";

export type DriftChartKind =
  | "SCORE_MEAN"
  | "POSITIVE_SHARE"
  | "SCORE_STABILITY"
  | "REFUSED_SHARE"
  | "SLICE_THICKNESS"
  | "SLICE_COUNT"
  | "SCANNER"
  | "AGREEMENT";

export type StepKind = "DAY" | "WEEK" | "CASES";

export interface DriftRule {
  reference_kind: "FIRST" | "PERIOD";
  reference_cases: number;
  reference_from: string | null;
  reference_to: string | null;
  step_kind: StepKind;
  step_cases: number;
  least_cases: number;
  charts: DriftChartKind[];
  false_alarm: number;
  ewma_weight: number;
  ewma_limit: number;
}

export interface DriftPart {
  name: string;
  n: number;
}

export interface DriftPoint {
  key: string;
  starts_at: string;
  ends_at: string;
  n: number;
  units: number;
  figure: number | null;
  value: number | null;
  low: number | null;
  high: number | null;
  side: string | null;
  reason: string | null;
  parts: DriftPart[];
}

export interface DriftReference {
  n: number;
  units: number;
  starts_at: string | null;
  ends_at: string | null;
  figure: number | null;
  is_complete: boolean;
  parts: DriftPart[];
}

export interface DriftChart {
  chart: DriftChartKind;
  reader_study: { id: string; name: string } | null;
  arm: { key: string; name: string } | null;
  reference: DriftReference;
  undefined: { undefined: string; detail: string; n: number } | null;
  centre: number | null;
  average_run_length: number | null;
  points: DriftPoint[];
  left_out: { reason: string; n: number }[];
}

interface Words {
  title: string;
  /** What is drawn, as the vertical axis and the hints name it. */
  value: string;
  /** What the step itself shows, where that is something else. */
  figure: string;
  unit: "SCORE" | "SHARE" | "INDEX";
  about: string;
  /** What is counted. */
  rows: string;
}

const STABILITY =
  "Population stability index against the reference: by custom below 0.1 is no change, from 0.25 on a large one (Siddiqi 2006). The limit is 0.25, or more where chance alone gives that in so few cases.";

export const CHART_WORDS: Record<DriftChartKind, Words> = {
  SCORE_MEAN: {
    title: "Mean score",
    value: "EWMA",
    figure: "mean of the step",
    unit: "SCORE",
    about: "Exponentially weighted moving average of the mean score: it sees small lasting changes.",
    rows: "cases",
  },
  POSITIVE_SHARE: {
    title: "Share called positive",
    value: "Share",
    figure: "",
    unit: "SHARE",
    about: "Cases whose score reaches the operating threshold.",
    rows: "cases",
  },
  SCORE_STABILITY: {
    title: "Distribution of the scores",
    value: "Index",
    figure: "median score",
    unit: "INDEX",
    about: STABILITY,
    rows: "cases",
  },
  REFUSED_SHARE: {
    title: "Share refused by the input check",
    value: "Share",
    figure: "",
    unit: "SHARE",
    about: "Cases outside the input specification; the hints name the reasons.",
    rows: "cases",
  },
  SLICE_THICKNESS: {
    title: "Slice thickness",
    value: "Index",
    figure: "",
    unit: "INDEX",
    about: STABILITY,
    rows: "cases",
  },
  SLICE_COUNT: {
    title: "Number of slices",
    value: "Index",
    figure: "median number of slices",
    unit: "INDEX",
    about: STABILITY,
    rows: "cases",
  },
  SCANNER: {
    title: "Scanners",
    value: "Index",
    figure: "",
    unit: "INDEX",
    about: `Vendor and model. ${STABILITY}`,
    rows: "cases",
  },
  AGREEMENT: {
    title: "Agreement with readers",
    value: "Share",
    figure: "",
    unit: "SHARE",
    about:
      "Signed reads whose answer to the AI's question is that of the AI. Reads of one case count as one in the limits.",
    rows: "reads",
  },
};

export const CHART_KINDS = Object.keys(CHART_WORDS) as DriftChartKind[];

export const GROUPS: { title: string; charts: DriftChartKind[] }[] = [
  { title: "Scores", charts: ["SCORE_MEAN", "POSITIVE_SHARE", "SCORE_STABILITY"] },
  { title: "Inputs", charts: ["REFUSED_SHARE", "SCANNER", "SLICE_THICKNESS", "SLICE_COUNT"] },
  { title: "Agreement with readers", charts: ["AGREEMENT"] },
];

const LEFT_OUT: Record<string, string> = {
  NOT_DESCRIBED: "without a series whose header was read",
  NO_HEADER: "whose header does not name the scanner, or was not read",
  CANNOT_ASSESS: "in which the reader could not assess it",
  NO_CALL: "without a call",
  NO_PREDICTION: "of cases without a prediction",
  BEFORE_REFERENCE: "before the reference",
};

/** What is not charted, and why; empty where everything is. */
export function leftOutText({ chart, left_out: reasons }: DriftChart): string {
  const { rows } = CHART_WORDS[chart];
  const parts = reasons.map(({ reason, n }) => `${n} ${rows} ${LEFT_OUT[reason] ?? reason}`);
  return parts.length === 0 ? "" : `Not charted: ${parts.join("; ")}.`;
}

/** A value of a chart as people read it. */
export function valueText(kind: DriftChartKind, value: number): string {
  return CHART_WORDS[kind].unit === "SHARE" ? percentText(value) : decimal(value);
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

const day = (at: string) => DAY.format(new Date(at));

/** `2 Mar 2026`, `week of 2 Mar 2026`, or `2 Mar 2026 to 5 Mar 2026` for so many cases. */
export function stepText(step: Pick<DriftPoint, "starts_at" | "ends_at">, kind: StepKind): string {
  if (kind === "WEEK") return `week of ${day(step.starts_at)}`;
  const [first, last] = [day(step.starts_at), day(step.ends_at)];
  return kind === "DAY" || first === last ? first : `${first} to ${last}`;
}

/** The days of a step, whatever it was: `2 Mar 2026 to 8 Mar 2026`; one that ends at midnight ends the day before. */
export function periodText({
  starts_at: from,
  ends_at: to,
}: Pick<DriftPoint, "starts_at" | "ends_at">): string {
  const isMidnight = /T00:00:00(\.0+)?Z$/.test(to);
  const last = isMidnight && to > from ? new Date(Date.parse(to) - 1).toISOString() : to;
  return day(from) === day(last) ? day(from) : `${day(from)} to ${day(last)}`;
}

/** What an index means by custom. */
export function stabilityWord(index: number): string {
  if (index < 0.1) return "no change";
  return index < 0.25 ? "some change" : "a large change";
}

/** Everything a point says, line by line. */
export function pointText(kind: DriftChartKind, point: DriftPoint, step: StepKind): string {
  const words = CHART_WORDS[kind];
  const lines = [`${stepText(point, step)}: n = ${point.n} ${words.rows}`];
  if (kind === "AGREEMENT" && point.n > 0) lines[0] += ` of ${point.units} cases`;
  if (point.value === null) lines.push("too few to be charted");
  else lines.push(`${words.value} ${valueText(kind, point.value)}${meaning(kind, point)}`);
  if (point.low !== null && point.high !== null) lines.push(limitsText(kind, point.low, point.high));
  if (point.side !== null) lines.push(`outside: ${point.side} the limits`);
  if (words.figure && point.figure !== null) lines.push(`${words.figure} ${decimal(point.figure)}`);
  if (point.parts.length > 0) lines.push(partsText(point.parts));
  return lines.join("\n");
}

/** The word of an index; a large one inside its limit is what chance gives in so few cases. */
function meaning(kind: DriftChartKind, { value, side }: DriftPoint): string {
  if (CHART_WORDS[kind].unit !== "INDEX" || value === null) return "";
  return value >= 0.25 && side === null
    ? " (large, but not more than chance gives in so few cases)"
    : ` (${stabilityWord(value)})`;
}

export function limitsText(kind: DriftChartKind, low: number, high: number): string {
  if (CHART_WORDS[kind].unit === "INDEX") return `limit ${valueText(kind, high)}`;
  return `limits ${valueText(kind, low)} to ${valueText(kind, high)}`;
}

const partsText = (parts: DriftPart[]) => parts.map(({ name, n }) => `${name}: ${n}`).join(", ");

/** The reference of a chart in a sentence. */
export function referenceText({ chart, reference }: DriftChart): string {
  const { n, units, starts_at: from, ends_at: to, figure } = reference;
  const { rows, figure: name, value } = CHART_WORDS[chart];
  if (n === 0 || from === null || to === null) return "No reference yet.";
  const of = chart === "AGREEMENT" ? ` of ${units} cases` : "";
  const said = figure === null ? "" : `; ${name || value.toLowerCase()} ${figureText(chart, figure)}`;
  const parts = reference.parts.length > 0 ? `; ${partsText(reference.parts)}` : "";
  const period = day(from) === day(to) ? day(from) : `${day(from)} to ${day(to)}`;
  return `Reference: ${n} ${rows}${of}, ${period}${said.replace(" of the step", "")}${parts}.`;
}

const figureText = (chart: DriftChartKind, figure: number) =>
  chart === "SLICE_COUNT" ? String(figure) : valueText(chart, figure);

/** How often a chart is outside although nothing has changed. */
export function runLengthText(length: number | null): string {
  return length === null
    ? ""
    : `Without a change about one signal in ${Math.round(length).toLocaleString("en")} steps or fewer.`;
}

/** A rule in words. */
export function ruleSentences(rule: DriftRule): string[] {
  const reference =
    rule.reference_kind === "FIRST"
      ? `The reference is the first ${rule.reference_cases} cases.`
      : `The reference is ${rule.reference_from ?? "?"} to ${rule.reference_to ?? "?"}, both days included.`;
  const least = `; those with fewer than ${rule.least_cases} cases are named and not charted`;
  const step = {
    DAY: `A point is a day (UTC)${least}.`,
    WEEK: `A point is a week from Monday on (UTC)${least}.`,
    CASES: `A point is ${rule.step_cases} cases.`,
  }[rule.step_kind];
  return [
    reference,
    step,
    `Limits: a share or an index is outside with a probability of at most ${rule.false_alarm} while nothing changes; the moving average has the weight ${rule.ewma_weight} and limits at ${rule.ewma_limit} standard errors.`,
  ];
}

/** The table of a chart as a file. */
export function chartCsv({ chart, points, reader_study: study, arm }: DriftChart): string {
  const header = ["chart", "reader_study", "arm", "starts_at", "ends_at", "n", "units", "figure", "value"];
  const rows = points.map((point): Cell[] => [
    chart,
    study?.name,
    arm?.key,
    point.starts_at,
    point.ends_at,
    point.n,
    point.units,
    point.figure,
    point.value,
    point.low,
    point.high,
    point.side ?? point.reason,
    point.parts.map(({ name, n }) => `${name}: ${n}`).join("; "),
  ]);
  return csvText([...header, "low", "high", "outcome", "parts"], rows);
}
