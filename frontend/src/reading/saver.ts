import { Problem } from "@/api/problem";
import type { SaveRequest } from "@/api/reading";
import type { AutosaveEvent, Obstacle, Sending } from "@/domain/autosave";
import type { ReadPayload } from "@/domain/payload";

/** The request for a draft or a signature, exactly as it will be repeated if its answer is lost. */
export function requestOf(sending: Sending, active_ms: number): SaveRequest {
  return {
    base_revision: sending.baseRevision,
    idempotency_key: sending.idempotencyKey,
    payload: sending.payload,
    active_ms: Math.round(active_ms),
  };
}

/** What a failed save means for the draft. */
export function eventOfFailure(error: unknown): AutosaveEvent {
  if (error instanceof Problem && error.code === "stale_revision") {
    return {
      type: "stale",
      revision: error.document.current_revision as number,
      payload: error.document.current_payload as ReadPayload,
    };
  }
  return { type: "obstructed", obstacle: obstacleOf(error) };
}

function obstacleOf(error: unknown): Obstacle {
  if (!(error instanceof Problem) || error.status >= 500 || error.status === 429)
    return { reason: "unreachable" };
  if (error.status === 401) return { reason: "signed_out" };
  return { reason: "refused", code: error.code, detail: error.message };
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** How long to wait before the n-th repetition (from 0): 1, 2, 4 … 30 seconds. */
export function pauseBefore_ms(repetition: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** repetition, LONGEST_PAUSE_MS);
}
