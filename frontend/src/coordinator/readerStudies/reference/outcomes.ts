import type { CaseOutcome, ConsensusKind, ConsensusOutcome, OutcomeReason } from "@/api/reference";

export const KINDS: Record<ConsensusKind, string> = {
  MAJORITY: "Majority: more votes than the other side",
  UNANIMOUS: "Unanimous: all votes the same",
  ANY: "Any: positive as soon as one vote is",
  WEIGHTED: "Weighted: more weight than the other side",
};

export const OUTCOMES: Record<ConsensusOutcome, string> = {
  POSITIVE: "Positive",
  NEGATIVE: "Negative",
  EXCLUDED: "Excluded: no truth",
  ADJUDICATION: "Open, for adjudication",
};

export const REASONS: Record<OutcomeReason, string> = {
  AGREED: "all the same",
  BY_RULE: "differed, decided by the rule",
  TIED: "differed, left open by the rule",
  TOO_FEW: "too few votes",
  CARRIED: "training case, truth kept",
  IMPORTED: "imported",
  ADJUDICATED: "decided by an adjudicator",
  CONTRADICTED: "negative votes, but a lesion by the marks",
};

export type Filter = "ALL" | "OPEN" | OutcomeReason;

/** The cases that a filter keeps; OPEN are those without a truth. */
export function filtered(cases: CaseOutcome[], filter: Filter): CaseOutcome[] {
  if (filter === "ALL") return cases;
  if (filter === "OPEN") return cases.filter((one) => one.truth === null);
  return cases.filter((one) => one.reason === filter);
}
