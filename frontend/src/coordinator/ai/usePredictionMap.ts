import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { type PredictionShown, predictionMapQuery } from "@/api/predictionImages";
import { mapsOfPrediction } from "@/domain/aiMaps";
import { brightestPlace } from "@/domain/heatMap";
import { useOverlays } from "@/ui/ai/useOverlays";
import type { ViewerMark } from "@/viewer";

/** The map that is chosen, which the address of the page names, and how strongly everything covers the images. */
export function usePredictionMap(versionId: string, prediction: PredictionShown) {
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get("map");
  const maps = useMemo(() => mapsOfPrediction(prediction, wanted), [prediction, wanted]);
  const overlays = useOverlays<string>({ prediction, maps }, (map) =>
    setParameters({ map }, { replace: true }),
  );
  const { data, error, refetch, isLoading } = useQuery(
    predictionMapQuery(versionId, prediction, maps.chosen),
  );
  const map = data ?? null;
  const { study_instance_uid, series } = prediction.imaging_study;
  const opacity = overlays.strengths.heat;
  const heats = useMemo(() => {
    const seriesInstanceUids = series.map(({ series_instance_uid }) => series_instance_uid);
    return map ? [{ map, seriesInstanceUids, opacity }] : [];
  }, [map, series, opacity]);
  const brightest = useMemo(
    () => map && brightestMark(brightestPlace(map), map.grid.frame_of_reference_uid, study_instance_uid),
    [map, study_instance_uid],
  );
  return { maps, overlays, heats, brightest, isLoading, error, retry: () => void refetch() };
}

/** Where the map is greatest, as a place to go to: nothing is drawn there. */
function brightestMark(
  place: ReturnType<typeof brightestPlace>,
  frame: string,
  study: string,
): ViewerMark | null {
  if (!place) return null;
  const where = { sop_instance_uid: "", series_instance_uid: "", frame_number: 1 };
  return {
    id: `brightest ${study}`,
    geometry: { kind: "POINT", points_mm: [place], frame_of_reference_uid: frame || null, ...where },
    label: "",
    source: "AI",
    isLocked: true,
  };
}

/** The first value that there was: what comes later changes nothing. */
export function useFirst<T>(value: T | null): T | null {
  const [first, setFirst] = useState(value);
  if (first === null && value !== null) setFirst(value);
  return first;
}
