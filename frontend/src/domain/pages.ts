/** One page of a long list. */
export interface Page<T> {
  rows: T[];
  /** From 1; the last one where a later was asked for. */
  number: number;
  count: number;
  /** How many rows come before it. */
  before: number;
}

/** The page of a list that was asked for, or the one nearest to it that there is. */
export function pageOf<T>(rows: T[], asked: number, size: number): Page<T> {
  const count = Math.max(1, Math.ceil(rows.length / size));
  const number = Math.min(Math.max(1, Math.trunc(asked) || 1), count);
  const before = (number - 1) * size;
  return { rows: rows.slice(before, before + size), number, count, before };
}
