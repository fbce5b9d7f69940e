import type { ChoiceField, PlanChoice, PlanFacts, PlanReading } from "@/api/analysisPlans";
import {
  type Figure,
  type Generalisation,
  type Hypothesis,
  isError,
  type Method,
  type Multiplicity,
  type Plan,
  type PlanFinding,
  saidOf,
  type Unit,
} from "@/domain/analysisPlan";

/** Everything that the fields of a plan need. */
export interface PlanFieldsProps {
  plan: Plan;
  facts: PlanFacts;
  reading: PlanReading | undefined;
  onChange: (plan: Plan, field?: string) => void;
}

export const UNITS: Record<Unit, string> = { CASE: "Case", PATIENT: "Patient", LESION: "Lesion" };
export const FIGURES: Record<Figure, string> = {
  AUC: "Area under the ROC curve",
  SENSITIVITY: "Sensitivity",
  SPECIFICITY: "Specificity",
  WAFROC: "Area under the weighted AFROC curve (wAFROC)",
  AFROC: "Area under the AFROC curve (JAFROC)",
  FROC: "Area under the FROC curve",
  INFERRED_AUC: "Area under the ROC curve of the highest mark",
  LESION_SENSITIVITY: "Share of lesions found",
};
export const HYPOTHESES: Record<Hypothesis, string> = {
  ESTIMATE: "is estimated",
  DIFFERENCE: "differs from",
  SUPERIORITY: "is greater than",
  NON_INFERIORITY: "is not worse than",
  EQUIVALENCE: "is equivalent to",
};
export const METHODS: Record<Method, string> = {
  MRMC_OR: "MRMC: Obuchowski–Rockette",
  MRMC_U: "MRMC: U-statistics",
  AI_VS_READERS: "One AI against readers (Hillis)",
  JACKKNIFE: "Jackknife over cases",
  DELONG: "DeLong",
  CLUSTERED_DELONG: "DeLong for clusters (Obuchowski)",
  PROPORTION: "Wilson interval",
  CLUSTERED_PROPORTION: "Ratio estimator for clusters",
  MCNEMAR: "McNemar",
};
export const GENERALISATIONS: Record<Generalisation, string> = {
  READERS_AND_CASES: "other readers and cases",
  CASES: "other cases",
  READERS: "other readers",
};
export const MULTIPLICITIES: Record<Multiplicity, string> = {
  NONE: "no correction",
  FIXED_SEQUENCE: "fixed sequence, in this order",
  HOLM: "Holm",
  HOCHBERG: "Hochberg",
  BONFERRONI: "Bonferroni",
};

/** A table of words as the options of a field. */
export const optionsOf = <Value extends string>(words: Record<Value, string>) =>
  (Object.entries(words) as [Value, string][]).map(([value, label]) => ({ value, label }));

export const findingsOf = (reading: PlanReading | undefined): PlanFinding[] => reading?.findings ?? [];

/** What is said at a field: an error keeps the plan from being locked, a warning does not. */
export function saidAt(reading: PlanReading | undefined, field: string) {
  const said = saidOf(findingsOf(reading), field);
  return {
    id: field,
    error: said.filter(isError).map(({ detail }) => detail)[0],
    warning: said.filter((one) => !isError(one)).map(({ detail }) => detail)[0],
  };
}

export const choicesOf = (
  reading: PlanReading | undefined,
  index: number,
  field: ChoiceField,
): PlanChoice[] => reading?.endpoints[index]?.[field] ?? [];
