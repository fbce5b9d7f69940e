/** Undo and redo over whole values: small payloads make snapshots simpler and safer than inverse edits. */
export interface History<T> {
  past: T[];
  present: T;
  future: T[];
}

export function startHistory<T>(present: T): History<T> {
  return { past: [], present, future: [] };
}

/** Take a new value; the same object is no step. `mergeWithLast` folds a drag or a slider's ticks into one step. */
export function record<T>(history: History<T>, next: T, mergeWithLast = false): History<T> {
  if (next === history.present) return history;
  if (mergeWithLast && history.past.length > 0) return { ...history, present: next, future: [] };
  return { past: [...history.past, history.present], present: next, future: [] };
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
