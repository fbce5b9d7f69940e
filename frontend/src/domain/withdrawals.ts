/** Withdrawals as somebody made them, from the assignments that each one took. */

export interface WithdrawnAssignment {
  id: string;
  withdrawn: "READER" | "CASE";
  reader: string;
  case: string;
  session: number;
  reason: string;
  voided_at: string;
  is_begun: boolean;
  is_signed: boolean;
}

export interface Withdrawal {
  key: string;
  /** The username of the reader, or the name of the case. */
  name: string;
  at: string;
  reason: string;
  assignments: number;
  signed: number;
  /** Begun and not signed. */
  begun: number;
}

/** One row for each reader or case that was withdrawn, the newest first. */
export function withdrawalsOf(
  rows: WithdrawnAssignment[],
  kind: WithdrawnAssignment["withdrawn"],
): Withdrawal[] {
  const found = new Map<string, Withdrawal>();
  for (const row of rows) {
    if (row.withdrawn !== kind) continue;
    const name = kind === "READER" ? row.reader : row.case;
    const key = `${row.voided_at} ${name}`;
    const before = found.get(key) ?? {
      key,
      name,
      at: row.voided_at,
      reason: row.reason,
      assignments: 0,
      signed: 0,
      begun: 0,
    };
    found.set(key, {
      ...before,
      assignments: before.assignments + 1,
      signed: before.signed + Number(row.is_signed),
      begun: before.begun + Number(row.is_begun && !row.is_signed),
    });
  }
  return [...found.values()].sort((one, other) => other.at.localeCompare(one.at));
}
