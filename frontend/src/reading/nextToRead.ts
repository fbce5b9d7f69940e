import type { Assignment } from "@/api/reading";

/** The first case in the reader's order that is neither signed nor withdrawn. */
export function nextToRead(assignments: Assignment[]): Assignment | undefined {
  return [...assignments]
    .sort((one, other) => one.position - other.position)
    .find(({ state }) => state !== "SIGNED" && state !== "VOID");
}
