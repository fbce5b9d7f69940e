import { queryOptions } from "@tanstack/react-query";
import type { SelfAgreement } from "@/domain/progress";
import type { ArbitrationCounts } from "./arbitration";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** One session in one arm: of a reader, or of all. */
export interface ProgressPart {
  session: number;
  arm: string;
  arm_name: string;
  total: number;
  signed: number;
  /** Opened and not signed. */
  draft: number;
  /** Of the signed reads, without idle time; null where none was timed, and of the sums. */
  median_active_s: number | null;
  due_on: string | null;
  is_overdue: boolean;
}

export interface Forecast {
  at: string | null;
  undefined: string;
  /** Why there is none, in words. */
  detail: string;
  /** A session or the reader's days end before the reads are done. */
  is_behind: boolean;
  /** When each session is done; null for one without a read left. */
  sessions: (string | null)[];
}

export interface ReaderProgress {
  user_id: string;
  username: string;
  name: string;
  total: number;
  signed: number;
  draft: number;
  due_on: string | null;
  is_overdue: boolean;
  is_withdrawn: boolean;
  /** When the reader said that the training is done. */
  training_accepted_at: string | null;
  median_active_s: number | null;
  last_signed_at: string | null;
  parts: ProgressPart[];
  signed_by_day: number[];
  rate_per_day: number | null;
  forecast: Forecast;
  agreement: SelfAgreement | null;
  /** How many queries wait for the reader, and how many for the coordinator. */
  queries_open: number;
  queries_answered: number;
  at_work: { read_id: string; case: string; since: string; seen_at: string } | null;
}

export interface StudyProgress {
  readers: ReaderProgress[];
  parts: ProgressPart[];
  total: number;
  signed: number;
  first_day: string;
  now: string;
  /** Of a double reading with arbitration; null for every other design. */
  arbitration: ArbitrationCounts | null;
}

export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "progress"],
    queryFn: ({ signal }) => call<StudyProgress>("GET", `/api/v1/reader-studies/${id}/progress`, { signal }),
    refetchInterval: 15_000,
  });
