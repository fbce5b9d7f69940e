/** How marks are grouped to lesions: keys of findings, a list for each lesion. */
export type Groups = string[][];

/** Make the chosen marks one lesion: splits one off, joins two, or moves one, whatever is chosen. */
export function asOneLesion(groups: Groups, chosen: ReadonlySet<string>): Groups {
  const rest = groups.map((group) => group.filter((key) => !chosen.has(key)));
  const one = groups.flat().filter((key) => chosen.has(key));
  return [...rest, one].filter((group) => group.length > 0);
}

/** Whether two groupings say the same, whatever their order. */
export function isSameGrouping(one: Groups, other: Groups): boolean {
  return textOf(one) === textOf(other);
}

function textOf(groups: Groups): string {
  return JSON.stringify(groups.map((group) => [...group].sort()).sort());
}
