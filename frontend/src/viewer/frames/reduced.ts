import type { Types } from "@cornerstonejs/core";
import { createImage } from "@cornerstonejs/dicom-image-loader";
import type { Slice } from "../slices";

/** How often the resolution is halved in an image that comes early. */
const HALVINGS = 2;

/**
 * An image of a quarter of the resolution from the beginning of its HTJ2K (ITU-T T.814), on the grid of the whole one.
 * The worker writes the resolutions one after another, the lowest first (progression RPCL), so the beginning is enough.
 */
export async function reducedSamples(
  slice: Slice,
  beginning: Uint8Array,
  transferSyntaxUid: string,
): Promise<Types.PixelDataTypedArray> {
  const options = { preScale: { enabled: false }, useRGBA: false, decodeLevel: HALVINGS };
  const image = await createImage(slice.imageId, beginning as never, transferSyntaxUid, options as never);
  const { columns, rows } = slice.plane;
  return spread((image as Types.IImage).getPixelData(), columns, rows, 2 ** HALVINGS);
}

/** Each sample where it lies in the full grid: the low-pass samples of JPEG 2000 stand at every `step`-th pixel. */
export function spread<T extends Types.PixelDataTypedArray>(
  samples: T,
  columns: number,
  rows: number,
  step: number,
): T {
  const width = Math.ceil(columns / step);
  const height = Math.ceil(rows / step);
  if (samples.length !== width * height)
    throw new Error("The reduced image has another size than it should.");
  const spreadSamples = new (samples.constructor as new (length: number) => T)(columns * rows);
  const sources = Array.from({ length: columns }, (_, column) => nearest(column, step, width));
  for (let row = 0; row < rows; row += 1) {
    const start = nearest(row, step, height) * width;
    for (let column = 0; column < columns; column += 1) {
      spreadSamples[row * columns + column] = samples[start + (sources[column] ?? 0)] ?? 0;
    }
  }
  return spreadSamples;
}

function nearest(position: number, step: number, count: number): number {
  return Math.min(Math.round(position / step), count - 1);
}
