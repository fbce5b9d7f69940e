import { useEffect, useMemo, useState } from "react";
import type { Segment } from "@/domain/segments";
import type { SegmentStore } from "./segmentStore";
import type { SegmentMark } from "./useSegments";

/** The voxels of the versions that the read names now; what is not in memory is fetched. */
export function useSegmentVersions(
  store: SegmentStore,
  marks: SegmentMark[],
  onNotice: (notice: string | null) => void,
): ReadonlyMap<string, Segment> {
  const [fetched, setFetched] = useState(0);
  useEffect(() => {
    const missing = marks.filter(({ mark }) => !store.peek(mark.geometry.sha256));
    for (const { mark, number } of missing) {
      store.version(mark.geometry.segment_id, mark.geometry.sha256).then(
        () => setFetched((count) => count + 1),
        () => onNotice(`The voxels of mark ${number} could not be loaded. Reload the page to try again.`),
      );
    }
  }, [store, marks, onNotice]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store has more once something was fetched
  return useMemo(() => {
    const digests = marks.map(({ mark }) => mark.geometry.sha256);
    const known = digests.map((sha256) => [sha256, store.peek(sha256)] as const);
    return new Map(known.filter((entry): entry is [string, Segment] => entry[1] !== undefined));
  }, [store, marks, fetched]);
}
