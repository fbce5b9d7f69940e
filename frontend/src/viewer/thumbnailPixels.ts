import type { VoiRange } from "./window";

export interface SourcePixels {
  values: ArrayLike<number>;
  columns: number;
  rows: number;
  /** 1 for grey, 3 or 4 interleaved for colour. */
  channels: 1 | 3 | 4;
  /** Height of a pixel in widths. */
  pixelAspect: number;
}

/** An image in a black square of RGBA pixels, whole and in its true shape; nearest pixel, for it is small. */
export function thumbnailPixels(
  source: SourcePixels,
  range: VoiRange,
  isInverted: boolean,
  side: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(side * side * 4);
  const height = source.rows * source.pixelAspect;
  const scale = side / Math.max(source.columns, height);
  const left = (side - source.columns * scale) / 2;
  const top = (side - height * scale) / 2;
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const column = Math.floor((x + 0.5 - left) / scale);
      const row = Math.floor((y + 0.5 - top) / scale / source.pixelAspect);
      const at = (y * side + x) * 4;
      pixels[at + 3] = 255;
      if (column < 0 || row < 0 || column >= source.columns || row >= source.rows) continue;
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[at + channel] = greyOf(source, range, isInverted, row * source.columns + column, channel);
      }
    }
  }
  return pixels;
}

function greyOf(
  source: SourcePixels,
  { lower, upper }: VoiRange,
  isInverted: boolean,
  pixel: number,
  channel: number,
): number {
  const { values, channels } = source;
  const value = values[pixel * channels + (channels === 1 ? 0 : channel)] ?? lower;
  const grey = ((value - lower) / (upper - lower)) * 255;
  return isInverted ? 255 - grey : grey;
}
