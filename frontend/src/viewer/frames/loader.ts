import { Enums, type Types } from "@cornerstonejs/core";
import { createImage, wadors } from "@cornerstonejs/dicom-image-loader";
import type { FrameForm } from "@/domain/frames/manifest";
import { framesOf, isFromDicomweb } from "@/domain/frames/registry";
import type { FrameBytes, SeriesFrames, Urgency } from "@/domain/frames/series";
import { withTraffic } from "@/domain/frames/traffic";
import type { Slice } from "../slices";
import { afterFirstDrawing } from "./firstDrawing";
import { nativeSamples } from "./native";
import { reducedSamples } from "./reduced";

const TRANSFER_SYNTAX: Record<FrameForm, string> = {
  raw: "1.2.840.10008.1.2.1",
  htj2k: "1.2.840.10008.1.2.4.201",
};
const FRAME_ADDRESS = /\/series\/([0-9.]+)\/instances\/([0-9.]+)\/frames\/(\d+)$/;

const URGENCY: Record<Enums.RequestType, Urgency> = {
  [Enums.RequestType.Interaction]: "now",
  [Enums.RequestType.Thumbnail]: "aside",
  [Enums.RequestType.Prefetch]: "background",
  [Enums.RequestType.Compute]: "background",
};

interface LoadOptions {
  requestType?: Enums.RequestType;
  [option: string]: unknown;
}

/** Told the samples of an image of low resolution, on the grid of the whole one, while that is on its way. */
export type OnReducedSamples = (samples: ArrayLike<number>) => void;

/** A frame's samples as they are stored, by pixel; colour as bytes of red, green and blue. */
export interface StoredFrame {
  samples: ArrayLike<number>;
  loadTimeInMS: number | undefined;
  decodeTimeInMS: number | undefined;
}

/**
 * A frame as stored, decoded: from the files of its series where there are some, else from DICOMweb. The address of a
 * frame stays its DICOMweb one: it names the frame, and it is where the frame comes from otherwise.
 */
export function loadStoredFrame(
  slice: Slice,
  options: LoadOptions,
  onReduced?: OnReducedSamples,
): Promise<StoredFrame> {
  const [, seriesUid = "", instanceUid = "", frame = ""] = FRAME_ADDRESS.exec(slice.imageId) ?? [];
  const frames = isFromDicomweb(seriesUid) ? null : framesOf(seriesUid);
  return withTraffic(() =>
    frames
      ? loadFromFiles(slice, frames, [instanceUid, Number(frame)], options, onReduced)
      : loadFromDicomweb(slice.imageId, options),
  );
}

async function loadFromFiles(
  slice: Slice,
  frames: SeriesFrames,
  [sopInstanceUid, frame]: [string, number],
  options: LoadOptions,
  onReduced?: OnReducedSamples,
): Promise<StoredFrame> {
  const started = performance.now();
  const urgency = URGENCY[options.requestType ?? Enums.RequestType.Prefetch];
  const onEarly = onReduced && !slice.isColour ? early(slice, onReduced) : undefined;
  const found = await frames.load(sopInstanceUid, frame, urgency, onEarly);
  const loaded = performance.now();
  if (urgency !== "now") await afterFirstDrawing(slice.imageId);
  const samples = await samplesOf(slice, found, options);
  return { samples, loadTimeInMS: loaded - started, decodeTimeInMS: performance.now() - loaded };
}

/** A beginning that cannot be shown is no failure: the whole frame follows, and says so if it is broken. */
function early(slice: Slice, onReduced: OnReducedSamples): (bytes: Uint8Array<ArrayBuffer>) => void {
  return (bytes) => {
    reducedSamples(slice, bytes, TRANSFER_SYNTAX.htj2k)
      .then(onReduced)
      .catch(() => undefined);
  };
}

/** Raw pixels are there already: a worker would only copy them to and fro. */
async function samplesOf(
  slice: Slice,
  { bytes, form }: FrameBytes,
  options: LoadOptions,
): Promise<ArrayLike<number>> {
  if (form === "raw") return nativeSamples(bytes, slice.frame.pixels);
  const image = await createImage(slice.imageId, bytes, TRANSFER_SYNTAX[form], { ...options } as never);
  return storedSamples(image as Types.IImage);
}

async function loadFromDicomweb(imageId: string, options: LoadOptions): Promise<StoredFrame> {
  const { promise } = wadors.loadImage(imageId, options as never) as unknown as Types.IImageLoadObject;
  const image = await promise;
  const { loadTimeInMS, decodeTimeInMS } = image;
  return { samples: storedSamples(image), loadTimeInMS, decodeTimeInMS };
}

/** Colour comes out of Cornerstone's decoders as bytes of RGB, whatever it was stored as. */
function storedSamples(decoded: Types.IImage): ArrayLike<number> {
  const pixels = decoded.getPixelData();
  if (!decoded.color || decoded.numberOfComponents !== 4) return pixels;
  return pixels.filter((_, index) => index % 4 !== 3);
}
