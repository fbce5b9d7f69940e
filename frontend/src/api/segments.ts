import { digestOf, parsedSegment, type Segment } from "@/domain/segments";
import { call, send } from "./send";

/** Changed slices of a segment on their way to the server. */
export interface SegmentRequest {
  base_sha256: string | null;
  sha256: string;
  idempotency_key: string;
  series_instance_uid: string;
  rows: number;
  columns: number;
  changed: { sop_instance_uid: string; frame_number: number; counts: readonly number[] }[];
}

const ANSWER_WITHIN_MS = 30_000;

function path(readId: string, segmentId: string): string {
  return `/api/v1/reads/${readId}/segments/${segmentId}`;
}

/** Store a version of a segment. A lost session is the caller's to show: unsaved work is on the page. */
export function putSegment(readId: string, segmentId: string, body: SegmentRequest): Promise<unknown> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return call("PUT", path(readId, segmentId), { body, signal, stayOnSignOut: true });
}

/** A stored version, as JSON. */
export function getSegment(readId: string, segmentId: string, sha256: string): Promise<unknown> {
  return call("GET", `${path(readId, segmentId)}/${sha256}`, { stayOnSignOut: true });
}

interface SegmentsAsked {
  signal: AbortSignal;
  /** Whose they are, for the message about one that is damaged. */
  whose: string;
  stayOnSignOut?: boolean;
}

/** Voxels by their digest, each asked for below an address; what is not what its digest says is an error. */
export async function segmentsBelow(
  path: string,
  digests: readonly string[],
  { signal, whose, stayOnSignOut = false }: SegmentsAsked,
): Promise<ReadonlyMap<string, Segment>> {
  const one = async (sha256: string) => {
    const url = new URL(`${path}/${sha256}`, window.location.origin);
    const request = new Request(url, { credentials: "same-origin", signal });
    const text = await (await send(request, stayOnSignOut)).text();
    if ((await digestOf(text)) !== sha256) throw new Error(`A segment of ${whose} is damaged.`);
    return [sha256, parsedSegment(text)] as const;
  };
  return new Map(await Promise.all([...new Set(digests)].map(one)));
}
