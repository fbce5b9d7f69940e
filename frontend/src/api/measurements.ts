import { queryOptions } from "@tanstack/react-query";
import type { JobState } from "./jobs";
import { call } from "./send";

export type MeasurementFamily = "shape" | "intensity" | "texture";

/** One measured quantity, or why it has no value; the unit is in UCUM. */
export interface Quantity {
  family: MeasurementFamily;
  name: string;
  value: number | null;
  unit: string;
  /** Its code in the reference manual of the IBSI. */
  ibsi: string | null;
  reason: string | null;
}

export interface SegmentMeasurement {
  finding_id: string;
  segment_sha256: string;
  pixels_sha256: string;
  software: Record<string, string>;
  /** Why nothing at all is measured; empty where something is. */
  reason: string;
  measured_at: string;
  quantities: Quantity[];
}

/** How far the measuring of a read or a prediction is, and what is measured so far. */
export interface Measuring<M extends SegmentMeasurement = SegmentMeasurement> {
  state: JobState | "NOT_BEGUN";
  progress_done: number;
  progress_total: number;
  error_code: string;
  error_detail: string;
  measurements: M[];
}

export type OwnMeasurement = SegmentMeasurement & { mark_id: string };
export type AiMeasuring = Measuring & { prediction_id: string };

const AGAIN_AFTER_MS = 3000;
const isUnderWay = ({ state }: Measuring) => state === "PENDING" || state === "RUNNING";

export const readMeasurementsKey = (readId: string) => ["reads", readId, "measurements"];

/** What the segments of a signed read measure; asked again while a worker measures. */
export function readMeasurementsQuery(readId: string, isAsked: boolean) {
  return queryOptions({
    queryKey: readMeasurementsKey(readId),
    queryFn: ({ signal }) =>
      call<Measuring<OwnMeasurement>>("GET", `/api/v1/reads/${readId}/measurements`, { signal }),
    enabled: isAsked,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? AGAIN_AFTER_MS : false),
  });
}

/** What the AI's segments measure, once they may be seen; kept in memory while the case is open and nowhere else. */
export function aiMeasurementsQuery(readId: string, digests: readonly string[]) {
  return queryOptions({
    // By what is shown: of segments that are hidden meanwhile nothing stays.
    queryKey: ["reads", readId, "ai-measurements", digests],
    queryFn: ({ signal }) =>
      call<AiMeasuring[]>("GET", `/api/v1/reads/${readId}/ai-measurements`, { signal, stayOnSignOut: true }),
    enabled: digests.length > 0,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? AGAIN_AFTER_MS : false),
  });
}

/** Have a signed read measured that was not, or whose measuring failed. */
export function measureAgain(readId: string): Promise<Measuring<OwnMeasurement>> {
  return call<Measuring<OwnMeasurement>>("POST", `/api/v1/reads/${readId}/measurements`);
}
