import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { ExplanationMethod } from "@/domain/aiMaps";
import type { ListedImagingStudy, ListedMeasuring, MeasuringState, Sourced } from "@/domain/predictionWords";
import type { Uncertainty } from "@/domain/uncertainty";
import { MODEL_VERSIONS_KEY } from "./ai";
import { allRows, LARGEST_PAGE, withParameters } from "./lists";
import type { Measuring } from "./measurements";
import { call } from "./send";
import type { Page } from "./types";

export type Outcome = "POSITIVE" | "NEGATIVE";

/** Which predictions are listed; empty: whatever it is. */
export interface PredictionFilter {
  measuring: MeasuringState | "";
  outcome: Outcome | "";
  /** Also those that a newer one of the same imaging study supersedes. */
  superseded: boolean;
}

/** A prediction in the list of its version. */
export interface PredictionInList extends Sourced {
  id: string;
  imaging_study_uid: string;
  imaging_study: ListedImagingStudy;
  score: number;
  uncertainty: Uncertainty | null;
  outcome: Outcome;
  in_force: boolean;
  measuring: ListedMeasuring;
  /** Newest first. */
  explanations: { id: string; method: ExplanationMethod; output_name: string }[];
  created_at: string;
}

const PAGE_SIZE = 25;
// Each look at predictions is an event of the audit trail: not as often as other jobs are asked for.
const AGAIN_AFTER_MS = 5000;

const path = (versionId: string) => `/api/v1/model-versions/${versionId}/predictions`;
export const predictionListKey = (versionId: string) => [...MODEL_VERSIONS_KEY, versionId, "prediction-list"];

export const predictionListQuery = (
  versionId: string,
  { measuring, outcome, superseded }: PredictionFilter,
) =>
  infiniteQueryOptions({
    queryKey: [...predictionListKey(versionId), { measuring, outcome, superseded }],
    queryFn: ({ pageParam, signal }) => call<Page<PredictionInList>>("GET", pageParam, { signal }),
    initialPageParam: withParameters(path(versionId), {
      measuring,
      outcome,
      in_force: superseded ? "" : "true",
      page_size: PAGE_SIZE,
    }),
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const rows = state.data?.pages.flatMap(({ results }) => results) ?? [];
      return rows.some((row) => row.measuring.state === "WAITING") ? AGAIN_AFTER_MS : false;
    },
  });

/** All that the portal has computed and that are in force, for choosing. */
export const computedPredictionsQuery = (versionId: string) =>
  queryOptions({
    queryKey: [...MODEL_VERSIONS_KEY, versionId, "predictions"],
    queryFn: async ({ signal }) => {
      const asked = { in_force: "true", page_size: LARGEST_PAGE };
      const all = await allRows<PredictionInList>(withParameters(path(versionId), asked), signal);
      return all.filter(({ source }) => source === "COMPUTED");
    },
  });

/** What the segments of a prediction measure, once they are measured: then it does not change. */
export const predictionMeasurementsQuery = (versionId: string, predictionId: string) =>
  queryOptions({
    queryKey: [...MODEL_VERSIONS_KEY, versionId, "prediction-measurements", predictionId],
    queryFn: ({ signal }) =>
      call<Measuring>("GET", `${path(versionId)}/${predictionId}/measurements`, { signal }),
  });

/** Have a prediction measured that was not, or whose measuring failed. */
export const measurePredictionAgain = (versionId: string, predictionId: string) =>
  call<Measuring>("POST", `${path(versionId)}/${predictionId}/measurements`);
