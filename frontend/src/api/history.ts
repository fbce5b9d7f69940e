import { queryOptions } from "@tanstack/react-query";
import type { MatrixPhase } from "@/domain/designs";
import { allRows, withParameters } from "./lists";
import { readerStudyKey } from "./readerStudies";
import type { AssignmentState } from "./reading";
import { call } from "./send";

/** One field that differs between two revisions, in the words of the label schema. */
export interface FieldChange {
  field: string;
  label: string;
  before: string | null;
  after: string | null;
}

export interface HistoryStep {
  number: number;
  kind: "DRAFT" | "FIRST_READ" | "SIGNED";
  phase: string;
  author: string;
  provenance: string;
  created_at: string;
  digest: string;
  number_answered: number;
  address: string | null;
  user_agent: string | null;
  signature: {
    username: string;
    full_name: string;
    signed_at: string;
    meaning_text: string;
    revision_digest: string;
  } | null;
  reopening: { by: string; created_at: string; reason: string } | null;
  changes: FieldChange[];
}

export interface ReadHistory {
  read_id: string;
  reader: string;
  case: string;
  state: AssignmentState;
  /** Values are left out until the reader study is locked. */
  is_masked: boolean;
  may_reopen: boolean;
  /** False for the reader, whom queries ask. */
  may_query: boolean;
  reader_study_id: string;
  questions: { key: string; text: string }[];
  /** Which version of the clinical text was shown, from when on in a phase of the blinding matrix. */
  clinical_texts_shown: {
    version: number;
    phase: MatrixPhase;
    revision_number: number;
    shown_at: string;
  }[];
  steps: HistoryStep[];
}

export interface ListedRead {
  id: string;
  reader: string;
  case: string;
  session: number;
  arm: string;
  is_training: boolean;
  role: "READER" | "ARBITRATION";
  /** 0, or which hidden repeat of the case it is. */
  repeat_number: number;
  state: AssignmentState;
  revision_number: number;
  active_ms: number;
  opened_at: string;
  signed_at: string | null;
}

const historyKey = (id: string) => ["reads", id, "history"];

export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: historyKey(id),
    queryFn: ({ signal }) => call<ReadHistory>("GET", `/api/v1/reads/${id}/history`, { signal }),
    staleTime: 0,
  });

export const differenceQuery = (id: string, older: number, newer: number) =>
  queryOptions({
    queryKey: [...historyKey(id), older, newer],
    queryFn: ({ signal }) =>
      call<FieldChange[]>("GET", withParameters(`/api/v1/reads/${id}/difference`, { older, newer }), {
        signal,
      }),
  });

/** Which reads; an empty value is no limit. */
export type ReadsWanted = Record<"reader" | "session" | "arm" | "state", string>;

export const readsQuery = (readerStudyId: string, wanted: ReadsWanted) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "reads", wanted],
    queryFn: ({ signal }) =>
      allRows<ListedRead>(
        withParameters(`/api/v1/reader-studies/${readerStudyId}/reads`, { ...wanted, page_size: 1000 }),
        signal,
      ),
    staleTime: 0,
  });

export const reopenRead = (id: string, reason: string) =>
  call<unknown>("POST", `/api/v1/reads/${id}/reopen`, { body: { reason } });
