import { queryOptions } from "@tanstack/react-query";
import type { ModelCard } from "@/domain/modelCard";
import type { Uncertainty, UncertaintyMethod } from "@/domain/uncertainty";
import { type Job, type JobState, pollInterval } from "./jobs";
import { allRows } from "./lists";
import { call } from "./send";
import { type UploadOptions, upload } from "./upload";

export interface AiModel {
  id: string;
  name: string;
  description: string;
  intended_use: string;
  created_at: string;
}

export type UploadedKind = "TORCHSCRIPT" | "TORCH_EXPORT" | "ONNX";

export interface ModelVersion {
  id: string;
  ai_model: { id: string; name: string };
  version: string;
  kind: "DEMO_CNN" | "EXTERNAL" | "ENSEMBLE" | UploadedKind;
  weights_digest: string;
  operating_threshold: number;
  description: string;
  card: ModelCard | null;
  /** Of an ensemble, the versions that it asks, in their order. */
  members: { id: string; version: string; weights_digest: string }[];
  runnable: boolean;
  number_of_predictions: number;
  created_at: string;
}

/** A file that becomes a version when it passes its trial. */
export interface ModelUpload extends Job {
  ai_model_id: string;
  version: string;
  kind: UploadedKind;
  file_name: string;
  size_bytes: number;
  sha256: string;
  model_version_id: string | null;
}

export interface NewModelUpload {
  file: File;
  version: string;
  kind: UploadedKind;
  description: string;
  card: ModelCard;
}

export interface InputCheck {
  check: string;
  outcome: "PASSED" | "WARNED" | "REFUSED" | "NOT_CHECKED";
  code: string;
  detail: string;
}

export interface InferenceItem {
  imaging_study_id: string;
  study_instance_uid: string;
  state: JobState;
  reason_code: string;
  reason: string;
  is_refused: boolean;
  checks: InputCheck[];
  score: number | null;
  uncertainty: Uncertainty | null;
}

/** How a run finds how uncertain its scores are. */
export interface AskedUncertainty {
  method: Extract<UncertaintyMethod, "TEST_TIME_AUGMENTATION" | "MC_DROPOUT">;
  samples: number;
}

export type RunPriority = "LOW" | "NORMAL" | "HIGH";

export interface InferenceRun extends Job {
  priority: RunPriority;
  uncertainty: AskedUncertainty | null;
  model_version: { id: string; name: string; version: string };
}

export interface InferenceRunDetail extends InferenceRun {
  items: InferenceItem[];
}

export interface NewModelVersion {
  version: string;
  weights_digest: string;
  operating_threshold?: number;
  description: string;
  card?: ModelCard;
}

export const AI_MODELS_KEY = ["ai-models"];
export const MODEL_VERSIONS_KEY = ["model-versions"];
export const INFERENCE_RUNS_KEY = ["inference-runs"];

export const aiModelsQuery = queryOptions({
  queryKey: AI_MODELS_KEY,
  queryFn: ({ signal }) => allRows<AiModel>("/api/v1/ai-models", signal),
});

export const aiModelQuery = (id: string) =>
  queryOptions({
    queryKey: [...AI_MODELS_KEY, id],
    queryFn: ({ signal }) => call<AiModel>("GET", `/api/v1/ai-models/${id}`, { signal }),
  });

export const modelVersionsQuery = queryOptions({
  queryKey: MODEL_VERSIONS_KEY,
  queryFn: ({ signal }) => allRows<ModelVersion>("/api/v1/model-versions", signal),
});

export const inferenceRunsQuery = queryOptions({
  queryKey: INFERENCE_RUNS_KEY,
  queryFn: ({ signal }) => allRows<InferenceRun>("/api/v1/inference-runs", signal),
  refetchInterval: (query) => pollInterval(query.state.data),
});

export const inferenceRunQuery = (id: string) =>
  queryOptions({
    queryKey: [...INFERENCE_RUNS_KEY, id],
    queryFn: ({ signal }) => call<InferenceRunDetail>("GET", `/api/v1/inference-runs/${id}`, { signal }),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

export const createAiModel = (body: Pick<AiModel, "name" | "description" | "intended_use">) =>
  call<AiModel>("POST", "/api/v1/ai-models", { body });

export const createModelVersion = (aiModelId: string, body: NewModelVersion) =>
  call<ModelVersion>("POST", `/api/v1/ai-models/${aiModelId}/versions`, { body });

export const createEnsemble = (
  aiModelId: string,
  body: { version: string; member_ids: string[]; description: string },
) => call<ModelVersion>("POST", `/api/v1/ai-models/${aiModelId}/ensembles`, { body });

export const modelUploadsQuery = (aiModelId: string) =>
  queryOptions({
    queryKey: [...AI_MODELS_KEY, aiModelId, "uploads"],
    queryFn: ({ signal }) => allRows<ModelUpload>(`/api/v1/ai-models/${aiModelId}/uploads`, signal),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

/** Send the file of a model; its trial begins when all of it has arrived. */
export function uploadModel(
  aiModelId: string,
  { file, card, ...texts }: NewModelUpload,
  options: UploadOptions,
): Promise<ModelUpload> {
  const body = new FormData();
  // The texts first: a server that reads along can refuse them before the file.
  for (const [name, text] of Object.entries(texts)) body.append(name, text);
  body.append("card", JSON.stringify(card));
  body.append("file", file);
  return upload(`/api/v1/ai-models/${aiModelId}/uploads`, body, options);
}

export const cancelModelUpload = (id: string) =>
  call<ModelUpload>("POST", `/api/v1/model-uploads/${id}/cancel`);

export function uploadPredictions(
  modelVersionId: string,
  file: File,
): Promise<{ created: number; unchanged: number }> {
  const body = new FormData();
  body.append("file", file);
  return call("POST", `/api/v1/model-versions/${modelVersionId}/predictions.csv`, { body });
}

export const startInferenceRun = (
  modelVersionId: string,
  imagingStudyIds: string[],
  how: { priority: RunPriority; uncertainty: AskedUncertainty | null },
) =>
  call<InferenceRun>("POST", "/api/v1/inference-runs", {
    body: { model_version_id: modelVersionId, imaging_study_ids: imagingStudyIds, ...how },
  });

export const changeInferenceRun = (id: string, verb: "retry" | "cancel") =>
  call<InferenceRun>("POST", `/api/v1/inference-runs/${id}/${verb}`);

export const predictionsExampleUrl = (modelVersionId: string) =>
  `/api/v1/model-versions/${modelVersionId}/predictions-example.csv`;

export interface Poster {
  id: string;
  username: string;
  name: string;
}

export const postersQuery = (aiModelId: string) =>
  queryOptions({
    queryKey: [...AI_MODELS_KEY, aiModelId, "posters"],
    queryFn: ({ signal }) => call<Poster[]>("GET", `/api/v1/ai-models/${aiModelId}/posters`, { signal }),
  });

export const putPosters = (aiModelId: string, userIds: string[]) =>
  call<Poster[]>("PUT", `/api/v1/ai-models/${aiModelId}/posters`, { body: { user_ids: userIds } });
