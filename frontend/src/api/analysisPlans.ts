import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Plan, PlanFinding, PlanLock, PlanVersion } from "@/domain/analysisPlan";
import type { AnalysisRun } from "./analysis";
import { allRows } from "./lists";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";
import type { AiDisplay } from "./types";

/** What the reader study offers a plan, what is known of its answers by now, and a plan to begin with. */
export interface PlanFacts {
  arms: { key: string; name: string; ai_display: AiDisplay; readers: number }[];
  sessions: number[];
  is_fully_crossed: boolean;
  cases: number;
  patients: number;
  has_call: boolean;
  rating: string | null;
  located_findings: { key: string; text: string }[];
  model_versions: {
    id: string;
    name: string;
    is_located: boolean;
    operating_point: number | null;
    layers: { number: number; name: string; operating_point: number }[];
  }[];
  truths: number[];
  known: { truth_is_locked: boolean; results: number; runs_under_way: number };
  proposal: Plan | null;
}

/** A value of a field, and why it cannot be taken. */
export interface PlanChoice {
  value: string;
  reason: string | null;
}

export type ChoiceField = "figure" | "method" | "generalise_to";

/** A plan in plain words, or what keeps it from being read; and what each field could choose. */
export interface PlanReading {
  findings: PlanFinding[];
  sentences: string[];
  unit: PlanChoice[];
  endpoints: Record<ChoiceField, PlanChoice[]>[];
}

const base = (readerStudyId: string) => `/api/v1/reader-studies/${readerStudyId}/analysis-plans`;

export const planVersionsQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "analysis-plans"],
    queryFn: ({ signal }) => allRows<PlanVersion>(base(readerStudyId), signal),
  });

export const planFactsQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "analysis-plan-facts"],
    queryFn: ({ signal }) => call<PlanFacts>("GET", `${base(readerStudyId)}/facts`, { signal }),
  });

/** Address of the stored bytes of a version. */
export const planFile = (readerStudyId: string, number: number) => `${base(readerStudyId)}/${number}`;

/** A version never changes, so it is fetched once. */
export const planQuery = (readerStudyId: string, number: number) =>
  queryOptions({
    queryKey: ["analysis-plan", readerStudyId, number],
    queryFn: ({ signal }) => call<Plan>("GET", planFile(readerStudyId, number), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the server says of a plan that is being written; the answer before stays until there is a new one. */
export const planReadingQuery = (readerStudyId: string, plan: Plan) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "analysis-plan-reading", plan],
    queryFn: ({ signal }) =>
      call<PlanReading>("POST", `${base(readerStudyId)}/reading`, { body: { plan }, signal }),
    placeholderData: keepPreviousData,
  });

/** `made_from`: the version that was changed, 0 for none; 409 `stale_plan` when there is a newer one. */
export const savePlan = (readerStudyId: string, plan: Plan, made_from: number, reason: string) =>
  call<PlanVersion>("POST", base(readerStudyId), { body: { plan, base: made_from, reason } });

export const lockPlan = (readerStudyId: string, number: number) =>
  call<PlanLock>("POST", `${planFile(readerStudyId, number)}/lock`);

export const runPlan = (readerStudyId: string, number: number) =>
  call<AnalysisRun>("POST", `/api/v1/reader-studies/${readerStudyId}/analysis-runs`, {
    body: { plan: number },
  });
