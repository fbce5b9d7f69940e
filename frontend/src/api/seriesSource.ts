import type { QueryClient } from "@tanstack/react-query";
import { frameUrl, seriesMetadataQuery } from "./reading";

/** How the viewer gets at a series: metadata of its instances, and the address of every frame. */
export function seriesSourceOf(
  client: QueryClient,
  studyInstanceUidOf: (seriesInstanceUid: string) => string,
) {
  return async (seriesInstanceUid: string) => {
    const study = studyInstanceUidOf(seriesInstanceUid);
    return {
      instances: await client.fetchQuery(seriesMetadataQuery(study, seriesInstanceUid)),
      frameUrl: (sopInstanceUid: string, frame: number) =>
        frameUrl(study, seriesInstanceUid, sopInstanceUid, frame),
    };
  };
}
