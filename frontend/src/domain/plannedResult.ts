/** The result of an analysis by plan (version 2), as docs/contract.md writes it. */
import type { Exclusion, Outcome, TestOutcome } from "./analysisResult";
import type { Description } from "./description";

export interface EndpointResult {
  key: string;
  role: "PRIMARY" | "SECONDARY";
  figure: string;
  hypothesis: string;
  margin: number | null;
  alpha: number;
  method: string;
  generalise_to: string;
  of: { subject: string; outcome: Outcome };
  against: { subject: string; outcome: Outcome | null } | { value: number } | null;
  difference: Outcome | null;
  test: TestOutcome | null;
  p_adjusted: number | null;
  shown: boolean | null;
}

export interface PlannedResult {
  version: 2;
  reader_study: { id: string; name: string };
  plan: {
    number: number;
    digest: string;
    sentences: string[];
    /** `endpoint` is not in results from before warnings had it. */
    warnings: { field: string; code: string; detail: string; endpoint?: string | null }[];
    lock: { by: string; at: string; truth_was_locked: boolean; results_before: number };
    amends: { number: number; digest: string }[];
    reason: string;
  };
  confidence_level: number;
  software: Record<string, string>;
  counts: Record<string, number>;
  exclusions: Exclusion[];
  endpoints: EndpointResult[];
  /** Not in results from before there were descriptions. */
  description?: Description;
  notes: string[];
}

const FIGURES: Record<string, string> = {
  AUC: "Area under the ROC curve",
  SENSITIVITY: "Sensitivity",
  SPECIFICITY: "Specificity",
  WAFROC: "Area under the weighted AFROC curve (wAFROC)",
  AFROC: "Area under the AFROC curve (JAFROC)",
  FROC: "Area under the FROC curve",
  INFERRED_AUC: "Area under the ROC curve of the highest mark",
  LESION_SENSITIVITY: "Share of lesions found",
};
const HYPOTHESES: Record<string, string> = {
  ESTIMATE: "estimated",
  DIFFERENCE: "differs",
  SUPERIORITY: "is greater",
  NON_INFERIORITY: "is not worse",
  EQUIVALENCE: "is equivalent",
};

const METHODS: Record<string, string> = {
  MRMC_OR: "Obuchowski–Rockette",
  MRMC_U: "U-statistics",
  AI_VS_READERS: "one AI against readers (Hillis)",
  JACKKNIFE: "jackknife over cases",
  DELONG: "DeLong",
  CLUSTERED_DELONG: "DeLong for clusters (Obuchowski)",
  PROPORTION: "Wilson",
  CLUSTERED_PROPORTION: "ratio estimator for clusters",
  MCNEMAR: "McNemar",
};

export const methodName = ({ method }: EndpointResult): string => METHODS[method] ?? method;

export const figureName = ({ figure }: EndpointResult): string => FIGURES[figure] ?? figure;

/** "aided − unaided, is not worse (margin 0.05, alpha 0.025)" */
export function aimText({ of, against, hypothesis, margin, alpha }: EndpointResult): string {
  if (!against) return `${of.subject}, estimated`;
  const other = "subject" in against ? against.subject : String(against.value);
  const limits = [margin !== null && `margin ${margin}`, `alpha ${alpha}`].filter(Boolean).join(", ");
  return `${of.subject} − ${other}, ${HYPOTHESES[hypothesis] ?? hypothesis} (${limits})`;
}

/** What the plan's hypothesis came to. Nothing was to be demonstrated by what is estimated, and by secondary endpoints. */
export function shownText({ role, hypothesis, shown }: EndpointResult): string {
  if (hypothesis === "ESTIMATE" || role === "SECONDARY") return "";
  if (shown === null) return "undefined";
  return shown ? "demonstrated" : "not demonstrated";
}
