import { queryOptions } from "@tanstack/react-query";
import type { StudyMail } from "./invitations";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

export type Obstacle = "" | "not_open" | "no_address" | "ended" | "not_started" | "reminded_today";

/** A reader with something left to sign. */
export interface RemindedReader {
  reader_id: string;
  username: string;
  name: string;
  left: number;
  last_signed_at: string | null;
  newest: (StudyMail & { is_automatic: boolean }) | null;
  /** Why no reminder can be sent now. */
  obstacle: Obstacle;
}

export interface Reminders {
  is_mail_configured: boolean;
  /** Days without a signed read; null: nobody is reminded by rule. */
  after_days: number | null;
  readers: RemindedReader[];
}

const WATCH_MS = 10_000;
const path = (readerStudyId: string) => `/api/v1/reader-studies/${readerStudyId}/reminders`;

export const remindersQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "reminders"],
    queryFn: ({ signal }) => call<Reminders>("GET", path(readerStudyId), { signal }),
    refetchInterval: WATCH_MS,
  });

export const remind = (readerStudyId: string, readerIds: string[]) =>
  call<Reminders>("POST", path(readerStudyId), { body: { reader_ids: readerIds } });

export const putReminderRule = (readerStudyId: string, afterDays: number | null) =>
  call<Reminders>("PUT", path(readerStudyId), { body: { after_days: afterDays } });
