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

/** An imaging study as lists of predictions and explanations name it. */
export interface ListedImagingStudy {
  study_description: string;
  modalities: string[];
  body_part: string;
  patient_key: string;
  study_date: string | null;
  is_synthetic: boolean;
}

export function studyName({ study_description, body_part }: ListedImagingStudy): string {
  return study_description || body_part || "No description";
}

/** "CT · P-0012 · 2024-03-03". */
export function studyFacts({ modalities, patient_key, study_date }: ListedImagingStudy): string {
  return [modalities.join(", "), patient_key, study_date?.slice(0, 10)].filter(Boolean).join(" · ");
}

/** Whether each word is somewhere in a text, in whatever order. */
export function hasWords(text: string, words: string): boolean {
  const low = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
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
