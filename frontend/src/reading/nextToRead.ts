import type { OwnSession } from "@/api/designs";
import type { Assignment } from "@/api/reading";
import type { ReaderStudySummary } from "@/api/types";

/** The first case in the reader's order that can be read now: not signed, and in a session that is open. */
export function nextToRead(
  assignments: Assignment[],
  sessions: OwnSession[],
  state: ReaderStudySummary["state"],
): Assignment | undefined {
  const open = new Set(sessions.filter((session) => session.is_open).map(({ number }) => number));
  return [...assignments]
    .sort((one, other) => one.position - other.position)
    .filter((one) => open.has(one.session) && isRead(one, state))
    .find((one) => one.state !== "SIGNED" && one.state !== "VOID");
}

/** In a pilot the training cases are read, after the close the arbitrations. */
function isRead(one: Assignment, state: ReaderStudySummary["state"]): boolean {
  if (state === "PILOTING") return one.is_training;
  if (state === "CLOSED") return one.role === "ARBITRATION";
  return state === "OPEN";
}
