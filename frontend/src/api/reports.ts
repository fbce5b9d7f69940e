import { queryOptions } from "@tanstack/react-query";
import { type Job, pollInterval } from "./jobs";
import { call } from "./send";

/** A report of a result; its digests are there once it is made. */
export interface AnalysisReport extends Job {
  run_id: string;
  requested_by: string | null;
  html_digest: string | null;
  pdf_digest: string | null;
}

export const reportsKey = (runId: string) => ["analysis-runs", runId, "reports"];

export const reportsQuery = (runId: string) =>
  queryOptions({
    queryKey: reportsKey(runId),
    queryFn: ({ signal }) =>
      call<AnalysisReport[]>("GET", `/api/v1/analysis-runs/${runId}/reports`, { signal }),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

export const makeReport = (runId: string) =>
  call<AnalysisReport>("POST", `/api/v1/analysis-runs/${runId}/reports`);

export const changeReport = (reportId: string, verb: "cancel" | "retry") =>
  call<AnalysisReport>("POST", `/api/v1/analysis-reports/${reportId}/${verb}`);

export const reportFile = (reportId: string, form: "html" | "pdf") =>
  `/api/v1/analysis-reports/${reportId}/report.${form}`;
