/** Undo and redo over whole values: small payloads make snapshots simpler and safer than inverse edits. */
export interface History<T> {
  past: T[];
  present: T;
  future: T[];
}

/** More than anybody makes in one case: undo reaches back to where the case was opened. */
export const KEPT_STEPS = 10_000;

export function startHistory<T>(present: T): History<T> {
  return { past: [], present, future: [] };
}

/** Take a new value; the same object is no step. `mergeWithLast` folds a drag or a slider's ticks into one step. */
export function record<T>(history: History<T>, next: T, mergeWithLast = false): History<T> {
  if (next === history.present) return history;
  if (mergeWithLast && history.past.length > 0) return { ...history, present: next, future: [] };
  return { past: [...history.past, history.present].slice(-KEPT_STEPS), present: next, future: [] };
}

export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future };
}

/** The newest steps that fit into so many characters of JSON; what is further back or forth is let go. */
export function trimmed<T>(history: History<T>, maximumCharacters: number): History<T> {
  let room = maximumCharacters - JSON.stringify(history.present).length;
  const fits = (value: T) => {
    room -= JSON.stringify(value).length;
    return room >= 0;
  };
  const past = takenWhile([...history.past].reverse(), fits).reverse();
  return { past, present: history.present, future: takenWhile(history.future, fits) };
}

function takenWhile<T>(values: T[], isTaken: (value: T) => boolean): T[] {
  const end = values.findIndex((value) => !isTaken(value));
  return end === -1 ? values : values.slice(0, end);
}
