import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { frameUrl, seriesMetadataQuery } from "@/api/reading";

/**
 * How the viewer gets at a series: metadata of its instances, and the address of every frame. It stays the same
 * function whatever is asked for again meanwhile: another one would take the viewer down.
 */
export function useSeriesSource(studyInstanceUidOf: (seriesInstanceUid: string) => string | undefined) {
  const client = useQueryClient();
  const newest = useRef(studyInstanceUidOf);
  newest.current = studyInstanceUidOf;
  return useCallback(
    async (seriesInstanceUid: string) => {
      const study = newest.current(seriesInstanceUid) ?? "";
      return {
        instances: await client.fetchQuery(seriesMetadataQuery(study, seriesInstanceUid)),
        frameUrl: (sopInstanceUid: string, frame: number) =>
          frameUrl(study, seriesInstanceUid, sopInstanceUid, frame),
      };
    },
    [client],
  );
}
