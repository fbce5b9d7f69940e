import type { ModelVersion } from "@/api/ai";

/** Where a prediction is shown over its images, with one of its maps (`mapsOfPrediction`) where one is asked for. */
export function predictionAddress(
  { id, ai_model }: ModelVersion,
  predictionId: string,
  map?: string,
): string {
  const page = `/ai-models/${ai_model.id}/versions/${id}/predictions/${predictionId}`;
  return map ? `${page}?map=${map}` : page;
}
