import { useState } from "react";

export interface Selection {
  ids: string[];
  has: (id: string) => boolean;
  add: (ids: string[]) => void;
  remove: (ids: string[]) => void;
  isDirty: boolean;
  markSaved: () => void;
}

/** An ordered set of chosen ids, and whether it differs from what is stored. */
export function useSelection(stored: string[]): Selection {
  const [chosen, setChosen] = useState(() => new Set(stored));
  const [saved, setSaved] = useState(() => stored.join());
  const ids = [...chosen];
  return {
    ids,
    has: (id) => chosen.has(id),
    add: (more) => setChosen(new Set([...chosen, ...more])),
    remove: (fewer) => setChosen(new Set(ids.filter((id) => !fewer.includes(id)))),
    isDirty: ids.join() !== saved,
    markSaved: () => setSaved(ids.join()),
  };
}
