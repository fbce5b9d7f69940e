import type { ReferenceSource } from "@/api/reference";

/** Where a version came from, in words. */
export const SOURCES: Record<ReferenceSource, string> = {
  CSV: "CSV",
  JSON: "JSON",
  SEG: "DICOM SEG",
  SR: "DICOM SR",
  FILES: "Files",
  DEMO: "Demo",
  CONSENSUS: "Consensus",
  ADJUDICATION: "Adjudication",
};
