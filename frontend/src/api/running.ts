import { queryOptions } from "@tanstack/react-query";
import type { WithdrawnAssignment } from "@/domain/withdrawals";
import type { ArbitrationCounts } from "./arbitration";
import { allRows } from "./lists";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** A reader of a running reader study: when they read, how far they are, and whether they are late. */
export interface RunningReader {
  reader_id: string;
  username: string;
  name: string;
  starts_on: string | null;
  ends_on: string | null;
  /** By when the first of what is left has to be signed. */
  due_on: string | null;
  total: number;
  begun: number;
  signed: number;
  is_overdue: boolean;
  is_withdrawn: boolean;
  /** When the terms in force were accepted. */
  terms_accepted_at: string | null;
  /** When the reader said that the training is done. */
  training_accepted_at: string | null;
}

export type ReaderDates = Pick<RunningReader, "reader_id" | "starts_on" | "ends_on">;

/** What is withdrawn: a reader or a case. */
export type Withdrawn = { reader_id: string } | { case_id: string };

const base = (id: string) => `/api/v1/reader-studies/${id}`;

export const runningReadersQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "reader-dates"],
    queryFn: ({ signal }) => allRows<RunningReader>(`${base(id)}/reader-dates`, signal),
  });

/** After the launch days are amended, which needs a reason. */
export const putReaderDates = (id: string, body: ReaderDates & { reason: string }) =>
  call<unknown>("PUT", `${base(id)}/reader-dates`, { body });

export const addLateReader = (id: string, userId: string, reason: string) =>
  call<unknown>("POST", `${base(id)}/late-readers`, { body: { user_id: userId, reason } });

export const withdrawalsQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "withdrawals"],
    queryFn: ({ signal }) => allRows<WithdrawnAssignment>(`${base(id)}/withdrawals`, signal),
  });

export const withdraw = (id: string, what: Withdrawn, reason: string) =>
  call<unknown>("POST", `${base(id)}/withdrawals`, { body: { ...what, reason } });

/** What a close or a lock leaves as it is. */
export interface LeftUndone {
  unsigned: number;
  begun: number;
  reopened: number;
  /** Null where nobody arbitrates. */
  arbitrations: ArbitrationCounts | null;
  vacant_cases: number;
  open_queries: number;
}

export const leftQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "left"],
    queryFn: ({ signal }) => call<LeftUndone>("GET", `${base(id)}/left`, { signal }),
  });

/** A withdrawn reader of a double reading, and the cases for which nobody else has been named. */
export interface Vacancy {
  withdrawn_id: string;
  username: string;
  name: string;
  reason: string;
  cases: string[];
}

export interface Replacement {
  withdrawn: string;
  /** Null: the arbitrators decide. */
  reader: string | null;
  number_of_cases: number;
  reason: string;
  replaced_by: string;
  created_at: string;
}

export interface Replacements {
  vacancies: Vacancy[];
  replacements: Replacement[];
  has_arbitrators: boolean;
}

export const replacementsQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "replacements"],
    queryFn: ({ signal }) => call<Replacements>("GET", `${base(id)}/replacements`, { signal }),
  });

/** Without `user_id` the arbitrators decide over the read that is left. */
export const replaceReader = (
  id: string,
  body: { withdrawn_id: string; user_id: string | null; reason: string },
) => call<Replacements>("POST", `${base(id)}/replacements`, { body });
