export type JobState = "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** Fields every piece of background work has. */
export interface Job {
  id: string;
  state: JobState;
  progress_done: number;
  progress_total: number;
  progress_message: string;
  error_code?: string;
  error_detail: string;
  created_at: string;
  finished_at: string | null;
}

export function isOver(job: Pick<Job, "state">): boolean {
  return job.state !== "PENDING" && job.state !== "RUNNING";
}

const POLL_INTERVAL_MS = 1000;

/** How soon to ask again for a job (or a list of jobs): never, once all are over. */
export function pollInterval(jobs: Pick<Job, "state"> | Pick<Job, "state">[] | undefined): number | false {
  const list = jobs === undefined ? [] : Array.isArray(jobs) ? jobs : [jobs];
  return list.some((job) => !isOver(job)) ? POLL_INTERVAL_MS : false;
}
