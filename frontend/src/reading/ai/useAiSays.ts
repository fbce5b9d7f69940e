import { type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  type AiPrediction,
  aiMapQuery,
  aiSegmentsQuery,
  type Comparison,
  comparisonQuery,
  type FurtherPrediction,
  type Read,
} from "@/api/reading";
import { type AiMaps, type MapChoice, mapOf, mapsOf } from "@/domain/aiMaps";
import type { HeatMap } from "@/domain/heatMap";
import type { Segment } from "@/domain/segments";
import { studyAbout } from "../caseImages";

/** A heat map and the series of the imaging study that it is about. */
export interface SaidHeat {
  map: HeatMap;
  seriesInstanceUids: readonly string[];
}

export interface AiSays {
  /** On the whole case: with the findings on all of its current imaging studies, and the score of the first. */
  prediction: AiPrediction | null;
  /** False where the AI was run on further imaging studies only, so that the case has no score. */
  isOfFirst: boolean;
  /** Of the map that is chosen. */
  heats: SaidHeat[];
  maps: AiMaps;
  isHeatLoading: boolean;
  /** The voxels of its segments by their digest. */
  voxels: ReadonlyMap<string, Segment>;
  isPending: boolean;
  error: unknown;
  retry: () => void;
}

const NO_VOXELS: ReadonlyMap<string, Segment> = new Map();

/**
 * What the AI says, once it may be asked; before that nothing is asked. Asked anew where `cells` show something else.
 * Of its maps only the one that is wanted is fetched: what is fetched counts as shown.
 */
export function useAiSays(
  read: Read,
  isShown: boolean,
  cells: string,
  wanted: MapChoice | null = null,
): AiSays {
  const comparison = useQuery(comparisonQuery(read.id, isShown, cells));
  const said = isShown ? comparison.data : undefined;
  const prediction = useMemo(() => (said ? onTheCase(said) : null), [said]);
  const choices = useMemo(() => mapsOf(predictionsOf(said), wanted), [said, wanted]);
  const { chosen } = choices;
  const mapped = useMemo(
    () => predictionsOf(said).filter((one) => mapOf(one, chosen) !== null),
    [said, chosen],
  );
  const maps = useQueries({ queries: mapped.map((one) => aiMapQuery(read.id, one, chosen)), combine });
  const segments = useQuery(aiSegmentsQuery(read.id, prediction));
  const heats = useMemo(
    () =>
      mapped.flatMap((of, index) => {
        const map = maps.found[index];
        return map ? [heatOf(map, of, read)] : [];
      }),
    [maps.found, mapped, read],
  );
  return {
    prediction,
    isOfFirst: Boolean(said?.ai),
    heats,
    maps: choices,
    isHeatLoading: maps.found.some((map) => !map),
    voxels: segments.data ?? NO_VOXELS,
    isPending: comparison.isPending,
    error: comparison.error ?? maps.error ?? segments.error,
    retry: () => {
      for (const query of [comparison, segments]) if (query.error) void query.refetch();
      maps.retry();
    },
  };
}

function combine(queries: UseQueryResult<HeatMap | null>[]) {
  return {
    found: queries.map(({ data }) => data ?? null),
    error: queries.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const query of queries) if (query.error) void query.refetch();
    },
  };
}

function predictionsOf(said: Comparison | undefined): (AiPrediction | FurtherPrediction)[] {
  return said ? [...(said.ai ? [said.ai] : []), ...said.further_ai] : [];
}

function onTheCase(said: Comparison): AiPrediction | null {
  const all = predictionsOf(said);
  const [first] = all;
  if (!first) return null;
  const heat_map = all.find((one) => one.heat_map !== null)?.heat_map ?? null;
  return { ...first, heat_map, findings: all.flatMap(({ findings }) => findings) };
}

/** The map of a prediction, on the images that this one is about: two may have the same map, so its digest names neither. */
function heatOf(map: HeatMap, of: AiPrediction | FurtherPrediction, read: Read): SaidHeat {
  const { series } = studyAbout(read, "study_instance_uid" in of ? of.study_instance_uid : null);
  return { map, seriesInstanceUids: series.map((one) => one.series_instance_uid) };
}
