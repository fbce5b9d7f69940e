/** Changes of clinical texts, so that they can be undone: an undo stores the words from before as a new version. */

export interface TextEdit {
  case: string;
  before: string;
  after: string;
}

/** What was stored in one go. */
export interface TextStep {
  edits: TextEdit[];
  reason: string;
}

/** The same backwards. */
export function reversed(step: TextStep): TextStep {
  return {
    edits: step.edits.map((edit) => ({ case: edit.case, before: edit.after, after: edit.before })),
    reason: step.reason === "" ? "" : `Undone: ${step.reason}`.slice(0, 1000),
  };
}

interface Stored {
  case: string;
  text: string;
  version: number;
}

/** What has to be sent for a step: each text with the version that it replaces. */
export function toStore(step: TextStep, stored: readonly Stored[]) {
  const known = new Map(stored.map((one) => [one.case, one.version]));
  return step.edits.map(({ case: name, after }) => ({
    case: name,
    text: after,
    base_version: known.get(name) ?? 0,
  }));
}

/** The first case whose text is no longer the one from which a step was made. */
export function changedSince({ edits }: TextStep, stored: readonly Stored[]): string | undefined {
  const known = new Map(stored.map((one) => [one.case, one.text]));
  return edits.find(({ case: name, before }) => known.get(name) !== before)?.case;
}

/** A text as it will be stored: one kind of line end, no blanks at the ends of lines or around the whole. */
export function cleaned(text: string): string {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

/** Its length as the server counts it: characters, not the halves of which the rare ones are made here. */
export const lengthOf = (text: string): number => [...cleaned(text)].length;

/** In words what a step did. */
export function stepWords({ edits }: TextStep): string {
  const [first] = edits;
  if (edits.length !== 1 || first === undefined) return `Texts of ${edits.length} cases stored.`;
  return first.after === "" ? `Text of ${first.case} taken away.` : `Text of ${first.case} stored.`;
}
