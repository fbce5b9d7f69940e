import { useState } from "react";
import { rebased } from "@/domain/selection";

export interface Selection {
  ids: string[];
  has: (id: string) => boolean;
  add: (ids: string[]) => void;
  remove: (ids: string[]) => void;
  isDirty: boolean;
  /** What was stored when the choosing began. */
  base: string[];
  markSaved: (stored: string[]) => void;
  /** What was changed of `base`, done to what is stored now. */
  rebase: (stored: string[]) => void;
}

/** An ordered set of chosen ids, and whether it differs from what is stored. */
export function useSelection(stored: string[]): Selection {
  const [chosen, setChosen] = useState(() => new Set(stored));
  const [base, setBase] = useState(stored);
  const ids = [...chosen];
  return {
    ids,
    has: (id) => chosen.has(id),
    add: (more) => setChosen(new Set([...chosen, ...more])),
    remove: (fewer) => setChosen(new Set(ids.filter((id) => !fewer.includes(id)))),
    isDirty: ids.join() !== base.join(),
    base,
    markSaved: setBase,
    rebase: (now) => {
      setChosen(new Set(rebased(base, ids, now)));
      setBase(now);
    },
  };
}
