/** What the list of a version's predictions says in words. */

export type MeasuringState =
  | "NO_SEGMENTS"
  | "NOT_BEGUN"
  | "WAITING"
  | "MEASURED"
  | "PARTLY_MEASURED"
  | "NOT_MEASURABLE"
  | "FAILED";

/** How far the measuring of a prediction is; `not_measured` are segments with a reason instead of numbers. */
export interface ListedMeasuring {
  state: MeasuringState;
  progress_done: number;
  progress_total: number;
  error_code: string;
  error_detail: string;
  not_measured: { finding_id: string; reason_code: string; reason: string }[];
}

/** Where a prediction came from; of DICOM with the kinds of its files. */
export interface Sourced {
  source: "COMPUTED" | "API" | "CSV" | "DICOM";
  origin: { files: { kind: "SR" | "SEG" }[] } | null;
}

export const MEASURING_WORDS: Record<MeasuringState, string> = {
  NO_SEGMENTS: "No segment",
  NOT_BEGUN: "Not measured",
  WAITING: "Waiting",
  MEASURED: "Measured",
  PARTLY_MEASURED: "Partly measured",
  NOT_MEASURABLE: "Not measurable",
  FAILED: "Failed",
};

const SOURCES = { COMPUTED: "run here", API: "API", CSV: "CSV" };

/** "run here", "API", "CSV", "SR", or "SEG and SR" where both kinds of files were sent together. */
export function sourceText({ source, origin }: Sourced): string {
  if (source !== "DICOM") return SOURCES[source];
  const kinds = new Set(origin?.files.map(({ kind }) => kind));
  return kinds.size === 0 ? "DICOM" : [...kinds].sort().join(" and ");
}

/** Every different reason why measuring failed or cannot be done, with the segments that it is of. */
export function measuringReasons({ state, error_detail, not_measured }: ListedMeasuring): string[] {
  const findings = new Map<string, string[]>();
  for (const { finding_id, reason } of not_measured) {
    findings.set(reason, [...(findings.get(reason) ?? []), finding_id]);
  }
  const ofSegments = [...findings].map(([reason, ids]) => `${ids.join(", ")}: ${reason}`);
  return state === "FAILED" ? [error_detail || "No reason was given.", ...ofSegments] : ofSegments;
}

/** "1 of 3 segments" while a worker measures. */
export function measuringProgress({ state, progress_done, progress_total }: ListedMeasuring): string {
  return state === "WAITING" && progress_total > 0 ? `${progress_done} of ${progress_total} segments` : "";
}

/** Whether asking for it again can change anything. */
export const mayMeasure = ({ state }: Pick<ListedMeasuring, "state">): boolean =>
  state === "FAILED" || state === "NOT_BEGUN";

/** Whether there are numbers to open. */
export const hasMeasurements = ({ state }: Pick<ListedMeasuring, "state">): boolean =>
  state === "MEASURED" || state === "PARTLY_MEASURED";
