import { Problem } from "@/api/problem";
import type { SaveRequest, SittingReport } from "@/api/reading";
import type { AutosaveEvent, Obstacle, Sending } from "@/domain/autosave";
import type { ReadPayload } from "@/domain/payload";

/** The request for a draft or a signature, exactly as it will be repeated if its answer is lost. */
export function requestOf(sending: Sending, editor: string, sitting: SittingReport | null): SaveRequest {
  return {
    base_revision: sending.baseRevision,
    idempotency_key: sending.idempotencyKey,
    payload: sending.payload,
    editor,
    sitting,
  };
}

/** What a failed save means for the draft. */
export function eventOfFailure(error: unknown): AutosaveEvent {
  if (error instanceof Problem && error.code === "stale_revision") {
    return {
      type: "stale",
      revision: error.document.current_revision as number,
      payload: error.document.current_payload as ReadPayload,
      base: error.document.base_payload as ReadPayload,
    };
  }
  if (error instanceof Problem && error.code === "held_elsewhere") return { type: "held_elsewhere" };
  return { type: "obstructed", obstacle: obstacleOf(error) };
}

function obstacleOf(error: unknown): Obstacle {
  if (!(error instanceof Problem) || error.status >= 500 || error.status === 429)
    return { reason: "unreachable" };
  if (error.status === 401) return { reason: "signed_out" };
  return { reason: "refused", code: error.code, detail: error.message };
}

/** What a request beside the drafts says of the server: an obstacle to saving, or null when there is none. */
export function noticedIn(error: unknown): Obstacle | null {
  if (error === null) return null;
  const obstacle = obstacleOf(error);
  return obstacle.reason === "refused" ? null : obstacle;
}

/** A read that is suddenly not there: gone, or is somebody else signed in now in another window of this browser? */
export async function eventOfFailureAs(
  personId: string,
  error: unknown,
  whoIsSignedIn: () => Promise<string>,
): Promise<AutosaveEvent> {
  if (!(error instanceof Problem) || error.code !== "not_found") return eventOfFailure(error);
  const present = await whoIsSignedIn().catch(() => personId);
  if (present === personId) return eventOfFailure(error);
  return { type: "obstructed", obstacle: { reason: "other_account" } };
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** How long to wait before the n-th repetition (from 0): 1, 2, 4 … 30 seconds. */
export function pauseBefore_ms(repetition: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** repetition, LONGEST_PAUSE_MS);
}
