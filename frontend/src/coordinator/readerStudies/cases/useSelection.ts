import { useState } from "react";
import {
  keyOf,
  rebasedCases,
  type TogetherIds,
  withAdded,
  withEarlier,
  withJoined,
  withRemoved,
  withSplit,
} from "@/domain/caseSelection";

type Cases = readonly TogetherIds[];

export interface Selection {
  cases: Cases;
  /** How many imaging studies there are in all cases. */
  count: number;
  has: (id: string) => boolean;
  add: (ids: string[]) => void;
  remove: (ids: string[]) => void;
  /** Make the cases that begin with these imaging studies one. */
  join: (firsts: ReadonlySet<string>) => void;
  split: (first: string) => void;
  /** An imaging study one place forward in its case. */
  moveForward: (id: string) => void;
  isDirty: boolean;
  /** What was stored when the choosing began. */
  base: Cases;
  markSaved: (stored: Cases) => void;
  /** What was changed of `base`, done to what is stored now. */
  rebase: (stored: Cases) => void;
}

/** The chosen cases in order, and whether they differ from what is stored. */
export function useSelection(stored: Cases): Selection {
  const [cases, setCases] = useState(stored);
  const [base, setBase] = useState(stored);
  const ids = new Set(cases.flat());
  const change = (changed: (before: Cases) => Cases) => setCases(changed);
  return {
    cases,
    count: ids.size,
    has: (id) => ids.has(id),
    add: (more) => change((before) => withAdded(before, more)),
    remove: (fewer) => change((before) => withRemoved(before, fewer)),
    join: (firsts) => change((before) => withJoined(before, firsts)),
    split: (first) => change((before) => withSplit(before, first)),
    moveForward: (id) => change((before) => withEarlier(before, id)),
    isDirty: cases.map(keyOf).join() !== base.map(keyOf).join(),
    base,
    markSaved: setBase,
    rebase: (now) => {
      setCases(rebasedCases(base, cases, now));
      setBase(now);
    },
  };
}
