import { queryOptions } from "@tanstack/react-query";
import type { Geometry, ShownSegment } from "@/domain/payload";
import { readerStudyKey } from "./readerStudies";
import type { Read } from "./reading";
import { segmentsBelow } from "./segments";
import { call } from "./send";

/** Why an arbitration was not signed or confirmed: the two reads are not those that were shown. */
export const READS_CHANGED = "reads_changed";

export interface ArbitrationMark<G = Geometry> {
  id: string;
  /** The number of its finding in that reader's read. */
  finding: number;
  text: string;
  geometry: G;
}

/** What one of the two readers signed, under a letter of this case alone. */
export interface ShownReader {
  name: string;
  answers: { question: string; answer: string }[];
  marks: ArbitrationMark[];
  segments: ArbitrationMark<ShownSegment>[];
}

export interface Arbitration {
  shows: "ANSWERS" | "HIDDEN";
  readers: ShownReader[];
  /** The questions on which they differ, in words. */
  differences: string[];
  is_stale: boolean;
  may_confirm: boolean;
}

/**
 * The two reads over which a read arbitrates. Asked for once: what the arbitrator decides over must not change under
 * their eyes, and each answer counts as shown. When a reader has signed anew, signing says so, and it is asked again.
 */
export const arbitrationQuery = ({ id, role }: Pick<Read, "id" | "role">) =>
  queryOptions({
    queryKey: ["reads", id, "arbitration"],
    queryFn: ({ signal }) => call<Arbitration>("GET", `/api/v1/reads/${id}/arbitration`, { signal }),
    enabled: role === "ARBITRATION",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** The voxels of the two readers' segments by their digest. */
export function arbitrationSegmentsQuery(readId: string, shown: Arbitration | undefined) {
  const digests = (shown?.readers ?? []).flatMap(({ segments }) =>
    segments.map(({ geometry }) => geometry.sha256),
  );
  return queryOptions({
    queryKey: ["reads", readId, "arbitration", "segments", digests],
    queryFn: ({ signal }) =>
      segmentsBelow(`/api/v1/reads/${readId}/arbitration/segments`, digests, {
        signal,
        whose: "a reader",
        stayOnSignOut: true,
      }),
    enabled: digests.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

export function confirmArbitration(readId: string, body: { reason: string; password: string }) {
  return call<Arbitration>("POST", `/api/v1/reads/${readId}/arbitration/confirmation`, { body });
}

export interface DoubleReadCase {
  case: string;
  standing: "READING" | "VACANT" | "AGREED" | "WAITING" | "OPEN" | "STALE" | "DONE";
  standing_text: string;
  readers: string[];
  arbitrator: string | null;
  read_id: string | null;
}

export interface ArbitrationCounts {
  waiting: number;
  open: number;
  done: number;
  stale: number;
}

export interface DoubleReading {
  counts: ArbitrationCounts | null;
  cases: DoubleReadCase[];
}

export const doubleReadingQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "double-reading"],
    queryFn: ({ signal }) =>
      call<DoubleReading>("GET", `/api/v1/reader-studies/${id}/double-reading`, { signal }),
    refetchInterval: 15_000,
  });
