import { queryOptions } from "@tanstack/react-query";
import type { HeatGrid, HeatMap } from "@/domain/heatMap";
import { isAiSegment } from "@/domain/payload";
import { MODEL_VERSIONS_KEY } from "./ai";
import type { Explanation } from "./explanations";
import type { PredictionInList } from "./predictions";
import type { AiFinding, ImagesOfCase } from "./reading";
import { segmentsBelow } from "./segments";
import { call, send } from "./send";

type PostedFinding = Pick<AiFinding, "id" | "score" | "code" | "geometry">;

/** A prediction with what lies over its images. */
export interface PredictionShown extends Omit<PredictionInList, "imaging_study" | "explanations"> {
  findings: PostedFinding[];
  heat_map: HeatGrid | null;
  imaging_study: PredictionInList["imaging_study"] & ImagesOfCase;
  /** All there are, newest first. */
  explanations: Explanation[];
}

const path = (versionId: string, id: string) => `/api/v1/model-versions/${versionId}/predictions/${id}`;
const key = (versionId: string, id: string) => [...MODEL_VERSIONS_KEY, versionId, "prediction-images", id];
// Each look is an event of the audit trail, and nothing of a look changes while it lasts.
const ONE_LOOK = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 };

/** Asked anew each time the page is opened: then it may have been explained since. */
export const predictionShownQuery = (versionId: string, id: string) =>
  queryOptions({
    queryKey: key(versionId, id),
    queryFn: ({ signal }) => call<PredictionShown>("GET", path(versionId, id), { signal }),
    ...ONE_LOOK,
  });

/** One map of a prediction: "HEAT_MAP", or the id of an explanation; null: none. */
export const predictionMapQuery = (versionId: string, prediction: PredictionShown, map: string | null) => {
  const explanation = prediction.explanations.find(({ id }) => id === map);
  const grid = map === "HEAT_MAP" ? prediction.heat_map : (explanation ?? null);
  const below = path(versionId, prediction.id);
  const address = explanation ? `/api/v1/explanations/${explanation.id}/map` : `${below}/heat-map`;
  return queryOptions({
    queryKey: [...key(versionId, prediction.id), "map", map],
    queryFn: async ({ signal }): Promise<HeatMap | null> => {
      if (!grid) return null;
      const url = new URL(address, window.location.origin);
      const response = await send(new Request(url, { credentials: "same-origin", signal }));
      return { grid, voxels: new Uint8Array(await response.arrayBuffer()) };
    },
    enabled: grid !== null,
    ...ONE_LOOK,
  });
};

/** The voxels of its segments by their digest. */
export const predictionSegmentsQuery = (versionId: string, { id, findings }: PredictionShown) => {
  const digests = findings
    .map(({ geometry }) => geometry)
    .filter(isAiSegment)
    .map(({ sha256 }) => sha256);
  return queryOptions({
    queryKey: [...key(versionId, id), "segments", digests],
    queryFn: ({ signal }) =>
      segmentsBelow(`${path(versionId, id)}/segments`, digests, { signal, whose: "the AI" }),
    enabled: digests.length > 0,
    ...ONE_LOOK,
  });
};
