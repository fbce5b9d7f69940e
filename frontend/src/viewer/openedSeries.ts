import { type DicomJson, textOf } from "./dicomJson";
import { factsOf, factsOfSlice, frameRateOf, type ImageFacts } from "./imageFacts";
import type { Slice } from "./slices";

/** A series whose metadata is there, ready to be shown in any pane. */
export interface OpenedSeries {
  seriesInstanceUid: string;
  slices: Slice[];
  /** Named by the images; null where they name none. */
  framesPerSecond: number | null;
  factsOf: (slice: Slice) => ImageFacts | null;
}

export function openedSeries(
  seriesInstanceUid: string,
  instances: DicomJson[],
  slices: Slice[],
): OpenedSeries {
  const ofInstance = new Map(
    instances.map((instance) => [textOf(instance, "00080018") ?? "", factsOf(instance)] as const),
  );
  const facts = new Map(
    slices.map(({ imageId, sopInstanceUid, plane }) => {
      const known = ofInstance.get(sopInstanceUid);
      return [imageId, known ? factsOfSlice(known, plane) : null] as const;
    }),
  );
  return {
    seriesInstanceUid,
    slices,
    framesPerSecond: frameRateOf(instances),
    factsOf: (slice) => facts.get(slice.imageId) ?? null,
  };
}
