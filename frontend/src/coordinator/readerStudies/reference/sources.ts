import type { ReferenceSource } from "@/api/reference";

/** Where a version came from, in words. */
export const SOURCES: Record<ReferenceSource, string> = {
  CSV: "CSV",
  DEMO: "Demo",
  CONSENSUS: "Consensus",
  ADJUDICATION: "Adjudication",
};
