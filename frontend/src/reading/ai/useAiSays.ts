import { useQuery } from "@tanstack/react-query";
import { type AiPrediction, aiSegmentsQuery, comparisonQuery, heatMapQuery, type Read } from "@/api/reading";
import type { HeatMap } from "@/domain/heatMap";
import type { Segment } from "@/domain/segments";

export interface AiSays {
  prediction: AiPrediction | null;
  heat: HeatMap | null;
  /** The voxels of its segments by their digest. */
  voxels: ReadonlyMap<string, Segment>;
  isPending: boolean;
  error: unknown;
  retry: () => void;
}

const NO_VOXELS: ReadonlyMap<string, Segment> = new Map();

/** What the AI says, once it may be asked; before that nothing is asked. Asked anew where `cells` show something else. */
export function useAiSays(read: Read, isShown: boolean, cells: string): AiSays {
  const comparison = useQuery(comparisonQuery(read.id, isShown, cells));
  const prediction = isShown ? (comparison.data?.ai ?? null) : null;
  const heat = useQuery(heatMapQuery(read.id, prediction?.heat_map ?? null));
  const segments = useQuery(aiSegmentsQuery(read.id, prediction));
  return {
    prediction,
    heat: heat.data ?? null,
    voxels: segments.data ?? NO_VOXELS,
    isPending: comparison.isPending,
    error: comparison.error ?? heat.error ?? segments.error,
    retry: () => {
      for (const query of [comparison, heat, segments]) if (query.error) void query.refetch();
    },
  };
}
