import { wadors } from "@cornerstonejs/dicom-image-loader";
import type { DicomJson } from "./dicomJson";
import { textOf } from "./dicomJson";
import { type FrameUrl, type Slice, slicesOfSeries } from "./slices";

/** Make a series known to Cornerstone and put its frames in order. */
export function registerSeries(instances: DicomJson[], frameUrl: FrameUrl): Slice[] {
  for (const instance of instances) {
    const sopInstanceUid = textOf(instance, "00080018");
    // Frames beyond the first find their object's metadata through the first one.
    if (sopInstanceUid)
      wadors.metaDataManager.add(`wadors:${frameUrl(sopInstanceUid, 1)}`, instance as never);
  }
  return slicesOfSeries(instances, frameUrl);
}
