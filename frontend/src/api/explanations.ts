import { queryOptions } from "@tanstack/react-query";
import type { AiExplanation, ExplanationMethod, ExplanationParameters } from "@/domain/aiMaps";
import type { ListedImagingStudy } from "@/domain/predictionWords";
import type { WeightsCheck } from "@/domain/weightsCheck";
import { MODEL_VERSIONS_KEY } from "./ai";
import { type Job, type JobState, pollInterval } from "./jobs";
import { allRows } from "./lists";
import { call } from "./send";

export interface ExplanationJob extends Job {
  method: ExplanationMethod;
  output_name: string;
  parameters: ExplanationParameters;
  checks_weights: boolean;
}

export interface ExplanationItem {
  prediction_id: string;
  imaging_study_uid: string;
  imaging_study: ListedImagingStudy;
  state: JobState;
  reason_code: string;
  reason: string;
}

export interface ExplanationJobDetail extends ExplanationJob {
  items: ExplanationItem[];
}

/** An explanation of a prediction, as it is stored. */
export interface Explanation extends AiExplanation {
  prediction_id: string;
  imaging_study_uid: string;
  imaging_study: ListedImagingStudy;
  parameters: ExplanationParameters;
  /** The magnitude that the map is greatest with. */
  greatest: number;
  /** Of integrated gradients also how far the attributions add up to the difference of the two scores. */
  facts: { score: number; baseline_score?: number; attribution_sum?: number; completeness_error?: number };
  software: Record<string, string>;
  weights_check: WeightsCheck | null;
  created_at: string;
}

export interface NewExplanationJob {
  method: ExplanationMethod;
  prediction_ids: string[];
  layer: string;
  steps: number;
  baseline_hu: number | null;
  checks_weights: boolean;
}

const ofVersion = (id: string) => [...MODEL_VERSIONS_KEY, id];
const path = (id: string) => `/api/v1/model-versions/${id}`;

export const explanationJobsQuery = (versionId: string) =>
  queryOptions({
    queryKey: [...ofVersion(versionId), "explanation-jobs"],
    queryFn: ({ signal }) => allRows<ExplanationJob>(`${path(versionId)}/explanation-jobs`, signal),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

export const explanationJobQuery = (versionId: string, id: string) =>
  queryOptions({
    queryKey: [...ofVersion(versionId), "explanation-jobs", id],
    queryFn: ({ signal }) => call<ExplanationJobDetail>("GET", `/api/v1/explanation-jobs/${id}`, { signal }),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

/** `done` is how many jobs are over: then there may be new ones. */
export const explanationsQuery = (versionId: string, done: number) =>
  queryOptions({
    queryKey: [...ofVersion(versionId), "explanations", done],
    queryFn: ({ signal }) => allRows<Explanation>(`${path(versionId)}/explanations`, signal),
    placeholderData: (before) => before,
  });

export const startExplanations = (versionId: string, body: NewExplanationJob, idempotencyKey: string) =>
  call<ExplanationJobDetail>("POST", `${path(versionId)}/explanation-jobs`, { body, idempotencyKey });

export const changeExplanationJob = (id: string, verb: "retry" | "cancel") =>
  call<ExplanationJobDetail>("POST", `/api/v1/explanation-jobs/${id}/${verb}`);
