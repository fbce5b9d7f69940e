import { Enums, type Types } from "@cornerstonejs/core";
import { createImage, wadors } from "@cornerstonejs/dicom-image-loader";
import type { FrameForm } from "@/domain/frames/manifest";
import { framesOf, isFromDicomweb } from "@/domain/frames/registry";
import type { SeriesFrames } from "@/domain/frames/series";
import { withTraffic } from "@/domain/frames/traffic";

const TRANSFER_SYNTAX: Record<FrameForm, string> = {
  raw: "1.2.840.10008.1.2.1",
  htj2k: "1.2.840.10008.1.2.4.201",
};
const FRAME_ADDRESS = /\/series\/([0-9.]+)\/instances\/([0-9.]+)\/frames\/(\d+)$/;

interface LoadOptions {
  requestType?: Enums.RequestType;
  [option: string]: unknown;
}

/**
 * A frame as stored, decoded: from the files of its series where there are some, else from DICOMweb. The address of a
 * frame stays its DICOMweb one: it names the frame, and it is where the frame comes from otherwise.
 */
export function loadStoredFrame(imageId: string, options: LoadOptions): Types.IImageLoadObject {
  const [, seriesUid = "", instanceUid = "", frame = ""] = FRAME_ADDRESS.exec(imageId) ?? [];
  const frames = isFromDicomweb(seriesUid) ? null : framesOf(seriesUid);
  if (frames) {
    return {
      promise: withTraffic(() => loadFromFiles(imageId, frames, instanceUid, Number(frame), options)),
    };
  }
  const fromDicomweb = wadors.loadImage(imageId, options as never) as unknown as Types.IImageLoadObject;
  return { ...fromDicomweb, promise: withTraffic(() => fromDicomweb.promise) };
}

async function loadFromFiles(
  imageId: string,
  frames: SeriesFrames,
  sopInstanceUid: string,
  frame: number,
  options: LoadOptions,
): Promise<Types.IImage> {
  const started = performance.now();
  const urgency = options.requestType === Enums.RequestType.Interaction ? "now" : "background";
  const { bytes, form } = await frames.load(sopInstanceUid, frame, urgency);
  const transferSyntaxUID = TRANSFER_SYNTAX[form];
  const image = await createImage(imageId, bytes, transferSyntaxUID, { ...options } as never);
  return Object.assign(image as Types.IImage, {
    loadTimeInMS: performance.now() - started,
    transferSyntaxUID,
    imageQualityStatus: Enums.ImageQualityStatus.FULL_RESOLUTION,
  });
}
