/** Planning a sample size: what is entered, what is sent, and what the stored document says. */

import { csvText } from "./csv";
import { decimal, undefinedText } from "./resultText";

export type PlanBasis = "PLANNING_VALUES" | "COMPONENTS" | "PILOT";
export type PlanAnalysis = "RRRC" | "RRFC" | "FRRC";

/** Numbers that a plan is made of, by their names in the API. */
export type PlanNumber =
  | "difference"
  | "alpha"
  | "target_power"
  | "auc"
  | "positive_share"
  | "var_tr"
  | "rho1"
  | "rho2"
  | "rho3"
  | "var_error"
  | "cov1"
  | "cov2"
  | "cov3"
  | "component_cases";

export interface PlanForm {
  basis: PlanBasis;
  analysis: PlanAnalysis;
  /** Numbers of readers and of cases, as typed: "4, 6, 8". */
  readers: string;
  cases: string;
  pilotRunId: string | null;
  numbers: Partial<Record<PlanNumber, number>>;
}

export type SampleSizeInputs = {
  basis: PlanBasis;
  analysis: PlanAnalysis;
  readers: number[];
  cases: number[];
  pilot_run_id?: string;
} & Partial<Record<PlanNumber, number>>;

export interface NamedUndefined {
  undefined: string;
  detail: string;
  n: number;
}

export interface PowerCell {
  readers: number;
  cases: number;
  positives: number;
  negatives: number;
  outcome: { power: number; noncentrality: number; df2: number | null } | NamedUndefined;
}

export interface NeededCases {
  readers: number;
  outcome: { cases: number; positives: number; negatives: number; power: number } | NamedUndefined;
}

/** The stored bytes of a sample size, parsed. */
export interface SampleSizeDocument {
  software: Record<string, string>;
  inputs: SampleSizeInputs & { difference: number; alpha: number; target_power: number };
  method: string;
  assumptions: string[];
  pilot: Pilot | null;
  components: Record<string, number | null>;
  component_cases: number;
  positive_share: number;
  table: PowerCell[];
  needed: NeededCases[];
  most_cases: number;
}

export interface Pilot {
  reader_study: { id: string; name: string };
  arms: {
    key: string;
    name: string;
    auc: { value: number; low: number | null; high: number | null } | NamedUndefined;
  }[];
  readers: number;
  cases: number;
  positives: number;
  negatives: number;
  readings: number;
  notes: string[];
}

const SHARED: PlanNumber[] = ["difference", "alpha", "target_power"];

export const NUMBERS_OF: Record<PlanBasis, PlanNumber[]> = {
  PLANNING_VALUES: ["auc", "positive_share", "var_tr", "rho1", "rho2", "rho3"],
  COMPONENTS: ["var_tr", "var_error", "cov1", "cov2", "cov3", "component_cases", "positive_share"],
  PILOT: [],
};

/** Correlations and reader x condition variance start as in the Van Dyke data (5 readers, 114 cases). */
export const FIRST_PLAN: PlanForm = {
  basis: "PLANNING_VALUES",
  analysis: "RRRC",
  readers: "4, 6, 8, 10, 12, 15",
  cases: "50, 100, 150, 200, 300, 400",
  pilotRunId: null,
  numbers: {
    difference: 0.05,
    alpha: 0.05,
    target_power: 0.8,
    auc: 0.8,
    positive_share: 0.5,
    var_tr: 0.0002,
    rho1: 0.43,
    rho2: 0.43,
    rho3: 0.3,
  },
};

/** Whole numbers of a typed list; null where there is anything else in it. */
export function wholeNumbers(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  if (parts.length === 0 || parts.some((part) => !/^\d{1,7}$/.test(part))) return null;
  return parts.map(Number);
}

/** What is sent to the server; null while the form says nothing that can be sent. */
export function inputsOf(form: PlanForm): SampleSizeInputs | null {
  const readers = wholeNumbers(form.readers);
  const cases = wholeNumbers(form.cases);
  const names = [...SHARED, ...NUMBERS_OF[form.basis]];
  if (!readers || !cases || names.some((name) => form.numbers[name] === undefined)) return null;
  if (form.basis === "PILOT" && form.pilotRunId === null) return null;
  const numbers = Object.fromEntries(names.map((name) => [name, form.numbers[name]]));
  const pilot = form.basis === "PILOT" && form.pilotRunId ? { pilot_run_id: form.pilotRunId } : {};
  return { basis: form.basis, analysis: form.analysis, readers, cases, ...numbers, ...pilot };
}

/** The form that a stored plan came from, to go on from it. */
export function formOf(inputs: SampleSizeInputs): PlanForm {
  const names = [...SHARED, ...NUMBERS_OF[inputs.basis]];
  const numbers = Object.fromEntries(names.map((name) => [name, inputs[name]]));
  return {
    basis: inputs.basis,
    analysis: inputs.analysis,
    readers: inputs.readers.join(", "),
    cases: inputs.cases.join(", "),
    pilotRunId: inputs.pilot_run_id ?? null,
    numbers: { ...FIRST_PLAN.numbers, ...numbers },
  };
}

export function isNamed(outcome: object): outcome is NamedUndefined {
  return "undefined" in outcome;
}

/** Numbers of readers with their row of the table, and the cases that they need. */
export function rowsOf(found: SampleSizeDocument): { needed: NeededCases; cells: PowerCell[] }[] {
  return found.needed.map((needed) => ({
    needed,
    cells: found.table.filter((cell) => cell.readers === needed.readers),
  }));
}

/** `0.89`; never 1.00 for what is not certain. */
export function powerText({ outcome }: PowerCell): string {
  if (isNamed(outcome)) return undefinedText(outcome.undefined);
  return outcome.power > 0.995 ? "> 0.99" : outcome.power.toFixed(2);
}

/** `170 (67 + 103)`: all, diseased and not diseased. */
export function neededText({ readers, outcome }: NeededCases, mostCases: number): string {
  if (!isNamed(outcome)) return `${outcome.cases} (${outcome.positives} + ${outcome.negatives})`;
  const isOutOfReach = outcome.undefined === "too-few-readers" && readers > 1;
  return isOutOfReach ? `more than ${mostCases}` : undefinedText(outcome.undefined);
}

export function areaText(area: Pilot["arms"][number]["auc"]): string {
  return isNamed(area) ? undefinedText(area.undefined) : decimal(area.value);
}

/** The table as a file, with full digits. */
export function powerCsv(found: SampleSizeDocument): string {
  const header = ["readers", "cases", "positives", "negatives", "power", "noncentrality", "df2", "undefined"];
  const rows = found.table.map((cell) => {
    const counts = [cell.readers, cell.cases, cell.positives, cell.negatives];
    const { outcome } = cell;
    if (isNamed(outcome)) return [...counts, null, null, null, outcome.undefined];
    return [...counts, outcome.power, outcome.noncentrality, outcome.df2, null];
  });
  return csvText(header, rows);
}
