import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Job, pollInterval } from "./jobs";
import { withParameters } from "./lists";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";
import type { Page } from "./types";

/** One event of the trail; the names are those that the account had then. */
export interface AuditEvent {
  id: string;
  stream: string;
  /** Null while answers are masked. */
  sequence: number | null;
  at: string;
  actor_id: string | null;
  username: string | null;
  name: string | null;
  action: string;
  object_type: string;
  object_id: string;
  detail: Record<string, unknown>;
  address: string | null;
  user_agent: string | null;
  digest: string;
}

export interface AuditFilter {
  person: string;
  action: string;
  object_id: string;
  since: string;
  until: string;
}

export interface AuditCheck
  extends Pick<Job, "id" | "state" | "error_detail" | "created_at" | "finished_at"> {
  requested_by: string | null;
  /** Null while answers are masked, and the next two. */
  number_of_events: number | null;
  number_of_rows: number | null;
  newest_event_at: string | null;
  problems: string[];
}

const base = (id: string) => `/api/v1/reader-studies/${id}/audit`;
const PAGE_SIZE = 50;

export const auditQuery = (id: string, filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: [...readerStudyKey(id), "audit", filter],
    queryFn: ({ signal, pageParam }) => call<Page<AuditEvent>>("GET", pageParam, { signal }),
    initialPageParam: withParameters(base(id), { ...filter, page_size: PAGE_SIZE }),
    getNextPageParam: (last) => last.next,
    staleTime: 0,
  });

export const auditChecksQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "audit-checks"],
    queryFn: ({ signal }) => call<AuditCheck[]>("GET", `${base(id)}/checks`, { signal }),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

export const verifyAudit = (id: string) => call<AuditCheck>("POST", `${base(id)}/checks`);

export const auditFiles = (id: string) => ({
  trail: `${base(id)}/export`,
  verifier: "/api/v1/audit/verifier",
});
