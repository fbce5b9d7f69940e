import { type UploadOptions, upload } from "./upload";

/** DICOM files with predictions, and what whoever sends them says. */
export interface DicomPredictionFiles {
  files: File[];
  /** From which share on a voxel of a fractional segment is inside. */
  threshold: number;
  /** The score of findings that state none; null: they are refused. */
  defaultScore: number | null;
  /** They are of this version, whatever algorithm they name. */
  acceptsAlgorithm: boolean;
}

export interface DicomPredictionSeen {
  imaging_study_uid: string;
  score: number;
  origin: { score: "STATED" | "BEST_FINDING" };
  change: "NEW" | "SUPERSEDES" | "UNCHANGED";
  findings: {
    id: string;
    code: { scheme: string; value: string; meaning: string };
    score: number;
    geometry: { kind: string };
  }[];
}

/** What files would be; nothing is stored yet. */
export interface DicomPredictionsPreview {
  digest: string;
  files: {
    name: string;
    kind: "SEG" | "SR";
    sha256: string;
    number_of_findings: number;
    algorithm: { name: string; version: string | null } | null;
  }[];
  predictions: DicomPredictionSeen[];
  warnings: { field: string; code: string; detail: string }[];
}

const path = (modelVersionId: string) => `/api/v1/model-versions/${modelVersionId}/predictions-dicom`;

function formOf({ files, threshold, defaultScore, acceptsAlgorithm }: DicomPredictionFiles): FormData {
  const form = new FormData();
  form.append("threshold", String(threshold));
  if (defaultScore !== null) form.append("default_score", String(defaultScore));
  if (acceptsAlgorithm) form.append("accepts_algorithm", "true");
  for (const file of files) form.append("files", file);
  return form;
}

export const lookAtDicomPredictions = (
  modelVersionId: string,
  asked: DicomPredictionFiles,
  options: UploadOptions,
) => upload<DicomPredictionsPreview>(`${path(modelVersionId)}/preview`, formOf(asked), options);

/** Store what was seen; the digest of the preview says what that was. */
export function storeDicomPredictions(modelVersionId: string, asked: DicomPredictionFiles, digest: string) {
  const form = formOf(asked);
  form.append("digest", digest);
  return upload<{ created: number; unchanged: number }>(path(modelVersionId), form);
}
