/** Errors of an AI against the share of cases that it keeps, the most certain first; the rest is left to a human. */
import type { Outcome, Undefined } from "./analysisResult";
import type { ChosenCases } from "./casesBehind";
import type { DescribedParticipant } from "./description";
import { type UncertaintyMethod, uncertaintyNumber } from "./uncertainty";

export interface AbstentionPoint {
  /** The greatest uncertainty that is kept. */
  uncertainty: number;
  n: number;
  errors: number;
  coverage: number;
  error_rate: number;
  low: number;
  high: number;
}

export interface KeptShare {
  /** At most so much is kept: tied cases come together. */
  share: number;
  uncertainty: number;
  n: number;
  error_rate: Outcome;
  sensitivity: Outcome;
  specificity: Outcome;
}

export interface Abstention {
  method: UncertaintyMethod;
  samples: number | null;
  definition: string;
  counts: { cases: number; errors: number; without_uncertainty: number };
  estimates: { error_rate: Outcome; area: Outcome; excess_area: Outcome };
  curve: AbstentionPoint[];
  kept: KeptShare[];
  /** In the order of the cases; null where there is no decision or no uncertainty. Not where cases are not listed. */
  uncertainties?: (number | null)[];
}

export type DescribedAbstention = Abstention | Undefined;

/** Whom a human is sent beyond an uncertainty, and what the AI still gets wrong; null where cases are not known. */
export function sentCases(
  name: string,
  abstention: Abstention,
  { confusion }: Pick<DescribedParticipant, "confusion">,
  limit: number,
): ChosenCases | null {
  const { uncertainties } = abstention;
  if (!uncertainties) return null;
  const wrong = new Set([...confusion.fp, ...confusion.fn]);
  const known = uncertainties.flatMap((value, position) => (value === null ? [] : [{ value, position }]));
  const chosen = (isSent: boolean, isWrong: boolean) =>
    known
      .filter(({ value, position }) => value > limit === isSent && wrong.has(position) === isWrong)
      .map(({ position }) => position);
  return {
    title: `${name}, left to a human beyond ${uncertaintyNumber(limit)}`,
    groups: [
      { title: "Left to a human, the AI wrong", cases: chosen(true, true) },
      { title: "Left to a human, the AI right", cases: chosen(true, false) },
      { title: "Kept, the AI wrong", cases: chosen(false, true) },
    ],
  };
}
