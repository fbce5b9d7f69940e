import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { QueueAnswer, QueueInputs, ReplayAnswer, ReplayInputs, TriageFacts } from "@/domain/triage";
import { call } from "./send";

const base = (runId: string) => `/api/v1/analysis-runs/${runId}/triage`;

/** What can be chosen; of a run, so it never changes. */
export const triageFactsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["analysis-runs", runId, "triage"],
    queryFn: ({ signal }) => call<TriageFacts>("GET", base(runId), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The cases of the run read once more; the same inputs give the same answer. Null: something is still to be typed. */
export const replayQuery = (runId: string, inputs: ReplayInputs | null) =>
  queryOptions({
    queryKey: ["analysis-runs", runId, "triage", "replay", inputs],
    queryFn: ({ signal }) => call<ReplayAnswer>("POST", `${base(runId)}/replay`, { body: inputs, signal }),
    enabled: inputs !== null,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });

export const queueQuery = (runId: string, inputs: QueueInputs) =>
  queryOptions({
    queryKey: ["analysis-runs", runId, "triage", "queue", inputs],
    queryFn: ({ signal }) => call<QueueAnswer>("POST", `${base(runId)}/queue`, { body: inputs, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });
