import { queryOptions } from "@tanstack/react-query";
import { isOver, type Job, pollInterval } from "./jobs";
import { Problem, type ProblemField } from "./problem";
import { readerStudyKey } from "./readerStudies";
import type { Consensus, ConsensusRequest, FilesPreview, ReferenceFiles } from "./reference";
import { call } from "./send";

/** A look at what a version of the reference standard would be, or, once that was seen, its storing. */
export interface ReferenceJob extends Job {
  kind: "CONSENSUS" | "FILES";
  /** What is wrong in which place, when it has failed for that. */
  problems: ProblemField[];
  requested_by: string;
  is_storing: boolean;
  base_version: number | null;
  stored_version: number | null;
}

const base = (id: string) => `/api/v1/reader-studies/${id}/reference-jobs`;
const key = (id: string) => [...readerStudyKey(id), "reference-jobs"];

export const lookAtConsensus = (id: string, body: ConsensusRequest) =>
  call<ReferenceJob>("POST", `/api/v1/reader-studies/${id}/consensus/preview`, { body });

export function lookAtFiles(id: string, { files, baseVersion, threshold }: ReferenceFiles) {
  const body = new FormData();
  for (const file of files) body.append("files", file);
  if (baseVersion !== null) body.append("base_version", String(baseVersion));
  body.append("threshold", String(threshold));
  return call<ReferenceJob>("POST", `/api/v1/reader-studies/${id}/reference-standards/preview`, { body });
}

/** The last jobs, newest first: a page that was left finds its look again. */
export const referenceJobsQuery = (id: string) =>
  queryOptions({
    queryKey: key(id),
    queryFn: ({ signal }) => call<ReferenceJob[]>("GET", base(id), { signal }),
    // Asked for once, when the page is opened.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export const referenceJobQuery = (id: string, job: string) =>
  queryOptions({
    queryKey: [...key(id), job],
    queryFn: ({ signal }) => call<ReferenceJob>("GET", `${base(id)}/${job}`, { signal }),
    // Most looks take less than a second: the first second is not waited for in whole.
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      data && !isOver(data) && dataUpdateCount < 5 ? 200 : pollInterval(data),
    enabled: job !== "",
  });

/** What a look has found; each is an event of the audit trail. */
export const foundQuery = <Found extends Consensus | FilesPreview>(
  id: string,
  job: string,
  kind: ReferenceJob["kind"],
) =>
  queryOptions({
    queryKey: [...key(id), job, "found"],
    queryFn: ({ signal }) => call<Found>("GET", `${base(id)}/${job}/${kind.toLowerCase()}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const storeReferenceJob = (id: string, job: string, digest: string) =>
  call<ReferenceJob>("POST", `${base(id)}/${job}/store`, { body: { digest } });

export const cancelReferenceJob = (id: string, job: string) =>
  call<ReferenceJob>("POST", `${base(id)}/${job}/cancel`);

/** Why a job has failed, as the same failure in a request would have been told; null when it has not. */
export function failureOf(job: ReferenceJob | undefined): Problem | null {
  if (job?.state !== "FAILED") return null;
  return new Problem({
    title: "The work has failed",
    status: 400,
    code: job.error_code ?? "",
    detail: job.error_detail,
    errors: job.problems,
  });
}
