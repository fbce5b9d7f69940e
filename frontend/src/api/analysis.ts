import { queryOptions } from "@tanstack/react-query";
import type { AnalysisResult } from "@/domain/analysisResult";
import type { PlannedResult } from "@/domain/plannedResult";
import { type Job, pollInterval } from "./jobs";
import { allRows } from "./lists";
import { call } from "./send";

export interface AnalysisRun extends Job {
  requested_by: string | null;
  reference_standard_version: number;
  /** Number of the locked plan that it carries out; null where one arm is explored. */
  plan: number | null;
  /** Null in a run by plan, and from before there were arms. */
  arm: { key: string; name: string } | null;
  snapshot_digest: string;
  result_digest: string | null;
  /** No plan fixed beforehand what it compares. */
  is_exploratory: boolean;
  /** What has come to be known since it was computed, such as a truth that was locked anew. */
  notices: string[];
}

/** "B: With AI". */
export const armText = ({ key, name }: { key: string; name: string }): string => `${key}: ${name}`;

export interface AnalysisConfiguration {
  confidence_level: number;
  call_threshold: number | null;
  arm: string | null;
}

export type FigureName =
  | "measures"
  | "roc-curves"
  | "comparisons"
  | "calibration"
  | "endpoints"
  | "exclusions";

export const analysisRunsKey = (readerStudyId: string) => ["reader-study", readerStudyId, "analysis-runs"];

export const analysisRunsQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: analysisRunsKey(readerStudyId),
    queryFn: ({ signal }) =>
      allRows<AnalysisRun>(`/api/v1/reader-studies/${readerStudyId}/analysis-runs`, signal),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

/** A result never changes, so it is fetched once. */
export const analysisResultQuery = (runId: string) =>
  queryOptions({
    queryKey: ["analysis-runs", runId, "result"],
    queryFn: ({ signal }) =>
      call<AnalysisResult | PlannedResult>("GET", `/api/v1/analysis-runs/${runId}/result`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const startAnalysis = (readerStudyId: string, body: AnalysisConfiguration) =>
  call<AnalysisRun>("POST", `/api/v1/reader-studies/${readerStudyId}/analysis-runs`, { body });

export const changeAnalysis = (runId: string, verb: "cancel" | "retry") =>
  call<AnalysisRun>("POST", `/api/v1/analysis-runs/${runId}/${verb}`);

/** Addresses of files about a run, for links. */
export const analysisFiles = (runId: string) => ({
  result: `/api/v1/analysis-runs/${runId}/result`,
  snapshot: `/api/v1/analysis-runs/${runId}/snapshot`,
  bundle: `/api/v1/analysis-runs/${runId}/bundle`,
  figure: (name: FigureName) => `/api/v1/analysis-runs/${runId}/figures/${name}.csv`,
});
