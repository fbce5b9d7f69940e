import type { Geometry } from "./payload";

/** What is chosen for a lesion: the outline it is accepted with, REJECT, or nothing yet. */
export type LesionChoice = string;
export const MEAN = "MEAN";
export const REJECT = "REJECT";

/** What an adjudicator has chosen so far: for each lesion, and points of their own. */
export interface LesionChoices {
  chosen: Record<string, LesionChoice>;
  added: { lesion: string; geometry: Geometry }[];
}

interface Decided {
  lesion: string;
  decision: "ACCEPTED" | "REJECTED" | "ADDED";
  outline: string | null;
  geometry: Geometry | null;
}

/** Choices as they were stored. */
export function choicesOf(decided: readonly Decided[]): LesionChoices {
  const chosen: Record<string, LesionChoice> = {};
  const added: LesionChoices["added"] = [];
  for (const { lesion, decision, outline, geometry } of decided) {
    if (decision === "ADDED") {
      if (geometry) added.push({ lesion, geometry });
    } else chosen[lesion] = decision === "REJECTED" ? REJECT : (outline ?? "");
  }
  return { chosen, added };
}

/** Choices as they are sent; null while a lesion lacks one. */
export function decisionsOf(
  lesions: readonly { id: string }[],
  { chosen, added }: LesionChoices,
): Decided[] | null {
  const decided: Decided[] = [];
  for (const { id } of lesions) {
    const choice = chosen[id];
    if (!choice) return null;
    decided.push(
      choice === REJECT
        ? { lesion: id, decision: "REJECTED", outline: null, geometry: null }
        : { lesion: id, decision: "ACCEPTED", outline: choice, geometry: null },
    );
  }
  const own = added.map(({ lesion, geometry }): Decided => {
    return { lesion, decision: "ADDED", outline: null, geometry };
  });
  return [...decided, ...own];
}

/** Add a point under the first free name: J1, J2 … */
export function withPoint(choices: LesionChoices, geometry: Geometry): LesionChoices {
  const taken = new Set(choices.added.map(({ lesion }) => lesion));
  let number = 1;
  while (taken.has(`J${number}`)) number += 1;
  return { ...choices, added: [...choices.added, { lesion: `J${number}`, geometry }] };
}
