import { queryOptions } from "@tanstack/react-query";
import type { JobState } from "./jobs";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** What has become of a mail. */
export interface StudyMail {
  state: JobState;
  error_code: string;
  error_detail: string;
  tries: number;
  /** Null where it is not tried again. */
  next_try_at: string | null;
  created_at: string;
  finished_at: string | null;
}

export type InvitedRole = "READER" | "ADJUDICATOR";

export interface Invitation {
  id: string;
  email: string;
  role: InvitedRole;
  state: "PENDING" | "ACCEPTED" | "EXPIRED" | "REVOKED";
  invited_by: string;
  created_at: string;
  expires_at: string;
  accepted_at: string | null;
  accepted_by: string | null;
  revoked_at: string | null;
  /** Null where the link was handed over by hand. */
  mail: StudyMail | null;
}

export interface Invitations {
  is_mail_configured: boolean;
  invitations: Invitation[];
}

/** An invitation and, where no mail carries it, its link: the only time it can be read. */
export interface HandedOut {
  id: string;
  email: string;
  link: string | null;
}

/** What whoever holds a link is told. */
export interface InvitationSeen {
  reader_study_name: string;
  coordinator_name: string;
  role: InvitedRole;
  email: string;
  expires_at: string;
}

export interface InvitedAccount {
  is_new_account: boolean;
  username: string;
  password: string;
  name: string;
}

const WATCH_MS = 10_000;
const path = (readerStudyId: string) => `/api/v1/reader-studies/${readerStudyId}/invitations`;

/** Asked again and again, because mails fail and people accept while the page is open. */
export const invitationsQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "invitations"],
    queryFn: ({ signal }) => call<Invitations>("GET", path(readerStudyId), { signal }),
    refetchInterval: WATCH_MS,
  });

export const invite = (readerStudyId: string, emails: string[], role: InvitedRole) =>
  call<HandedOut[]>("POST", path(readerStudyId), { body: { emails, role } });

export const resendInvitation = (readerStudyId: string, id: string) =>
  call<HandedOut>("POST", `${path(readerStudyId)}/${id}/resend`);

export const revokeInvitation = (readerStudyId: string, id: string) =>
  call<void>("POST", `${path(readerStudyId)}/${id}/revoke`);

export const invitationSeenQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) =>
      call<InvitationSeen>("POST", "/api/v1/invitation/look", {
        body: { token },
        signal,
        stayOnSignOut: true,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const acceptInvitation = (token: string, account: InvitedAccount) =>
  call<unknown>("POST", "/api/v1/invitation/accept", { body: { token, ...account }, stayOnSignOut: true });
