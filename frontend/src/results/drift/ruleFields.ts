import type { DriftWatchToSet } from "@/api/drift";

export type Change = (changes: Partial<DriftWatchToSet>) => void;

/** What each part of the form of a rule is given. */
export interface RuleFieldsProps {
  wanted: DriftWatchToSet;
  /** By field, as the server said them. */
  faults: Record<string, string>;
  change: Change;
}
