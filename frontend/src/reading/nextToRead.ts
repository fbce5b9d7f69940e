import type { OwnSession } from "@/api/designs";
import type { Assignment } from "@/api/reading";
import type { ReaderStudySummary } from "@/api/types";

/** The first case in the reader's order that can be read now: not signed, and in a session that is open. */
export function nextToRead(
  assignments: Assignment[],
  sessions: OwnSession[],
  state: ReaderStudySummary["state"],
): Assignment | undefined {
  if (state !== "OPEN" && state !== "PILOTING") return undefined;
  const open = new Set(sessions.filter((session) => session.is_open).map(({ number }) => number));
  return [...assignments]
    .sort((one, other) => one.position - other.position)
    .filter((one) => open.has(one.session) && (state === "OPEN" || one.is_training))
    .find((one) => one.state !== "SIGNED" && one.state !== "VOID");
}
