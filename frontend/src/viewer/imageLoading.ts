import { cache, Enums, imageLoader, type Types } from "@cornerstonejs/core";
import { frameImage } from "./frameImage";
import { loadStoredFrame, type StoredFrame } from "./frames/loader";
import type { OnReduced } from "./frames/stackImages";
import { sliceOfImageId } from "./sliceMetadata";
import type { Slice } from "./slices";

type LoadOptions = Record<string, unknown> & { useRGBA?: boolean; onReduced?: OnReduced };

/** Take over the loading of frames: Cornerstone fetches and decodes, the rest is ours (see `frameImage`). */
export function startImageLoading(): void {
  imageLoader.registerImageLoader("wadors", loadFrame as unknown as Types.ImageLoaderFn);
}

function loadFrame(imageId: string, options: LoadOptions = {}): Types.IImageLoadObject {
  const slice = sliceOfImageId(imageId);
  if (!slice) return kept(imageId, { promise: Promise.reject(new Error("its series is not open.")) });
  const { onReduced, ...forDecoder } = options;
  const tell = onReduced && ((samples: ArrayLike<number>) => onReduced(reducedImage(slice, samples)));
  const promise = loadStoredFrame(slice, storedPixelOptions(forDecoder), tell).then((stored) =>
    finishedImage(slice, stored, options),
  );
  return kept(imageId, { promise });
}

/**
 * Into Cornerstone's cache before Cornerstone does it: that leaves the cache's own promise to nobody, and each image that
 * cannot be shown would be an uncaught error of the page besides.
 */
function kept(imageId: string, loading: Types.IImageLoadObject): Types.IImageLoadObject {
  // Who asked for the image hears why it does not come; one for which the cache has no room is shown all the same.
  if (!cache.getImageLoadObject(imageId)) cache.putImageLoadObject(imageId, loading).catch(() => undefined);
  return loading;
}

function reducedImage(slice: Slice, samples: ArrayLike<number>): Types.IImage {
  const image = frameImage(slice, samples);
  image.imageQualityStatus = Enums.ImageQualityStatus.SUBRESOLUTION;
  return image;
}

/** The options with which Cornerstone's decoders give stored numbers in an array of their own: no rescaling, no volume's buffer. */
function storedPixelOptions(options: LoadOptions): LoadOptions {
  return { ...options, preScale: { enabled: false }, targetBuffer: undefined, useRGBA: false };
}

/** A frame's stored samples as the image that is drawn. */
function finishedImage(slice: Slice, stored: StoredFrame, options: LoadOptions): Types.IImage {
  // Cornerstone's colour conversions cut samples of more than 8 bits off at 255.
  if (slice.frame.pixels.bitsStored > 8 && stored.samples instanceof Uint8ClampedArray) {
    throw new Error(
      "its colours have more than 8 bits and are still being prepared; load it again in a moment.",
    );
  }
  const image = frameImage(slice, stored.samples, options.useRGBA);
  image.loadTimeInMS = stored.loadTimeInMS;
  image.decodeTimeInMS = stored.decodeTimeInMS;
  image.imageQualityStatus = Enums.ImageQualityStatus.FULL_RESOLUTION;
  return image;
}
