import { queryOptions } from "@tanstack/react-query";
import type { DriftChart, DriftChartKind, DriftRule } from "@/domain/drift";
import type { Job } from "./jobs";
import { call } from "./send";

export interface DriftWatch extends DriftRule {
  id: string;
  number: number;
  is_on: boolean;
  reason: string;
  created_by: string;
  created_at: string;
}

export interface DriftAcknowledgement {
  id: string;
  text: string;
  created_by: string;
  created_at: string;
}

export interface DriftSignal {
  id: string;
  watch_number: number;
  chart: DriftChartKind;
  reader_study: { id: string; name: string } | null;
  arm: string | null;
  starts_at: string;
  ends_at: string;
  side: string;
  n: number;
  value: number;
  low: number;
  high: number;
  is_told: boolean;
  created_at: string;
  acknowledgements: DriftAcknowledgement[];
}

export interface DriftWithheld {
  reason: string;
  reader_study: { id: string; name: string } | null;
}

export interface Drift {
  model_version: { id: string; name: string; version: string };
  watch: DriftWatch | null;
  rule: DriftRule;
  check: Job | null;
  charts: DriftChart[];
  withheld: DriftWithheld[];
  signals: DriftSignal[];
  number_of_signals: number;
}

export interface DriftWatchToSet extends DriftRule {
  base: number;
  is_on: boolean;
  reason: string;
}

const path = (versionId: string) => `/api/v1/model-versions/${versionId}`;

export const driftKey = (versionId: string) => ["drift", versionId];

export const driftQuery = (versionId: string) =>
  queryOptions({
    queryKey: driftKey(versionId),
    queryFn: ({ signal }) => call<Drift>("GET", `${path(versionId)}/drift`, { signal }),
  });

const WATCH_MS = 1_000;

/** How the evaluation stands, asked for again and again while `isUnderWay`: all the charts would be too much. */
export const driftCheckQuery = (versionId: string, isUnderWay: boolean) =>
  queryOptions({
    queryKey: ["drift-check", versionId],
    queryFn: ({ signal }) => call<Job>("GET", `${path(versionId)}/drift-check`, { signal }),
    enabled: isUnderWay,
    refetchInterval: WATCH_MS,
  });

export const driftWatchesQuery = (versionId: string) =>
  queryOptions({
    queryKey: [...driftKey(versionId), "watches"],
    queryFn: ({ signal }) => call<DriftWatch[]>("GET", `${path(versionId)}/drift-watches`, { signal }),
  });

export const setDriftWatch = (versionId: string, body: DriftWatchToSet) =>
  call<DriftWatch>("POST", `${path(versionId)}/drift-watches`, { body });

export const checkDrift = (versionId: string) => call<Job>("POST", `${path(versionId)}/drift-check`);

export const acknowledgeSignal = (signalId: string, text: string) =>
  call<DriftAcknowledgement>("POST", `/api/v1/drift-signals/${signalId}/acknowledgements`, {
    body: { text },
  });
