import type { DicomJson } from "./dicomJson";
import { registerSlices } from "./sliceMetadata";
import { type FrameUrl, type Slice, slicesOfSeries } from "./slices";

/** Make a series known to Cornerstone and put its frames in order. */
export function registerSeries(instances: DicomJson[], frameUrl: FrameUrl): Slice[] {
  const slices = slicesOfSeries(instances, frameUrl);
  registerSlices(slices);
  return slices;
}
