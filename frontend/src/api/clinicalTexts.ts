import { queryOptions } from "@tanstack/react-query";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** A case with its clinical text in force; version 0 and no words where there was never one. */
export interface CaseClinicalText {
  case_id: string;
  case: string;
  text: string;
  version: number;
  stored_at: string | null;
  stored_by: string | null;
  /** Reads with which a version of it was shown. */
  number_shown: number;
}

export interface ClinicalTexts {
  number_with_text: number;
  /** The most characters that a text may have. */
  longest_text: number;
  digest: string;
  texts: CaseClinicalText[];
}

export interface ClinicalTextVersion {
  version: number;
  text: string;
  stored_at: string;
  stored_by: string;
}

export type TextChange = "NEW" | "CHANGED" | "SAME" | "CLEARED";

/** What a row of a file would do. */
export interface TextLook {
  row: number;
  case: string;
  before: string;
  text: string;
  change: TextChange;
  base_version: number;
  /** What of the patient the text holds and where; its words are not repeated. */
  warnings: { code: string; detail: string }[];
}

export interface TextsPreview {
  counts: Record<TextChange, number>;
  ignored_columns: string[];
  rows: TextLook[];
}

export interface TextsToStore {
  texts: { case: string; text: string; base_version: number }[];
  accept_warnings: boolean;
  /** Why the protocol is amended; needed after the launch. */
  reason: string;
}

const base = (id: string) => `/api/v1/reader-studies/${id}/clinical-texts`;
const key = (id: string) => [...readerStudyKey(id), "clinical-texts"];

export const clinicalTextsQuery = (id: string) =>
  queryOptions({
    queryKey: key(id),
    queryFn: ({ signal }) => call<ClinicalTexts>("GET", base(id), { signal }),
  });

export const clinicalTextVersionsQuery = (id: string, caseId: string) =>
  queryOptions({
    queryKey: [...key(id), caseId],
    queryFn: ({ signal }) =>
      call<ClinicalTextVersion[]>("GET", `/api/v1/reader-studies/${id}/cases/${caseId}/clinical-texts`, {
        signal,
      }),
    staleTime: 0,
  });

/** 409 `identifies_patient` where a text may say who the patient is, unless that is accepted. */
export const putClinicalTexts = (id: string, body: TextsToStore) =>
  call<ClinicalTexts>("PUT", base(id), { body });

export function previewClinicalTexts(id: string, file: File): Promise<TextsPreview> {
  const body = new FormData();
  body.append("file", file);
  return call("POST", `${base(id)}/preview`, { body });
}

/** Address of the file with all texts, to be changed and imported again. */
export const clinicalTextsCsv = (id: string) => `${base(id)}/csv`;
