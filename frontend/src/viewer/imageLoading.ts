import { imageLoader, type Types } from "@cornerstonejs/core";
import { frameImage } from "./frameImage";
import { loadStoredFrame } from "./frames/loader";
import { sliceOfImageId } from "./sliceMetadata";

export type LoadOptions = Record<string, unknown> & { useRGBA?: boolean };

/** Take over the loading of frames: Cornerstone fetches and decodes, the rest is ours (see `frameImage`). */
export function startImageLoading(): void {
  imageLoader.registerImageLoader("wadors", loadFrame as unknown as Types.ImageLoaderFn);
}

function loadFrame(imageId: string, options: LoadOptions = {}): Types.IImageLoadObject {
  const decoding = loadStoredFrame(imageId, storedPixelOptions(options));
  return { ...decoding, promise: decoding.promise.then((image) => finishedImage(image, options)) };
}

/**
 * The options with which Cornerstone's decoders give stored numbers in an array of their own: no rescaling, no
 * volume's buffer. Every way of fetching frames decodes with them and passes the result through `finishedImage`.
 */
export function storedPixelOptions(options: LoadOptions): LoadOptions {
  return { ...options, preScale: { enabled: false }, targetBuffer: undefined, useRGBA: false };
}

/** What Cornerstone has decoded, as the image that is drawn. */
export function finishedImage(decoded: Types.IImage, options: LoadOptions): Types.IImage {
  const slice = sliceOfImageId(decoded.imageId);
  if (!slice) return decoded;
  const pixels = storedPixels(decoded);
  // Cornerstone's colour conversions cut samples of more than 8 bits off at 255.
  if (slice.frame.pixels.bitsStored > 8 && pixels instanceof Uint8ClampedArray) {
    throw new Error(
      "its colours have more than 8 bits and are still being prepared; load it again in a moment.",
    );
  }
  const image = frameImage(slice, pixels, options.useRGBA);
  image.loadTimeInMS = decoded.loadTimeInMS;
  image.decodeTimeInMS = decoded.decodeTimeInMS;
  image.imageQualityStatus = decoded.imageQualityStatus;
  return image;
}

/** Colour comes out of Cornerstone's decoders as bytes of RGB, whatever it was stored as. */
function storedPixels(decoded: Types.IImage): ArrayLike<number> {
  const pixels = decoded.getPixelData();
  if (!decoded.color || decoded.numberOfComponents !== 4) return pixels;
  return pixels.filter((_, index) => index % 4 !== 3);
}
