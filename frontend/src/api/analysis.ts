import { queryOptions } from "@tanstack/react-query";
import type { AnalysisResult } from "@/domain/analysisResult";
import type { ReferenceLesion } from "@/domain/lesions";
import type { AiGeometry, MarkGeometry } from "@/domain/payload";
import type { PlannedResult } from "@/domain/plannedResult";
import type { Uncertainty } from "@/domain/uncertainty";
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
  | "abstention"
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

/** A finding of an AI, as it was posted or computed. */
export interface CaseAiFinding {
  id: string;
  score: number | null;
  code: { meaning: string };
  geometry: AiGeometry;
}

export interface CaseAi {
  name: string;
  score: number;
  uncertainty: Uncertainty | null;
  /** Positive from this score on; null where the plan names none. */
  threshold: number | null;
  study_instance_uid: string | null;
  findings: CaseAiFinding[];
}

export interface CaseRead {
  /** Null once the patient has been erased. */
  read_id: string | null;
  revision_id: string;
  reader: string;
  arm: string;
  arm_name: string;
  phase: "FIRST" | "SIGNED";
  session: number;
  repeat_number: number;
  role: "READER" | "ARBITRATION";
  call: boolean | null;
  rating: number | null;
  answers: { question: string; answer: string }[];
  findings: {
    id: string;
    name: string;
    confidence: number | null;
    marks: { id: string; geometry: MarkGeometry }[];
  }[];
}

/** A case as an analysis froze it. */
export interface CaseAnalysed {
  case_id: string;
  case: string;
  truth: 0 | 1 | null;
  reference_standard_version: number;
  lesions: ReferenceLesion[];
  ai: CaseAi[];
  reads: CaseRead[];
}

export const caseAnalysedQuery = (runId: string, caseId: string) =>
  queryOptions({
    queryKey: ["analysis-runs", runId, "cases", caseId],
    queryFn: ({ signal }) =>
      call<CaseAnalysed>("GET", `/api/v1/analysis-runs/${runId}/cases/${caseId}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Addresses of files about a run, for links. */
export const analysisFiles = (runId: string) => ({
  result: `/api/v1/analysis-runs/${runId}/result`,
  snapshot: `/api/v1/analysis-runs/${runId}/snapshot`,
  bundle: `/api/v1/analysis-runs/${runId}/bundle`,
  figure: (name: FigureName) => `/api/v1/analysis-runs/${runId}/figures/${name}.csv`,
});
