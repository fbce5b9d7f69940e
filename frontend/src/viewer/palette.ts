import type { DicomJson } from "./dicomJson";
import { type LookupTable, lookUp, tableOf } from "./lookupTable";
import { type PixelDescription, storedValueReader } from "./modality";
import { TAG } from "./tags";

type Channel = Pick<LookupTable, "firstMapped" | "values" | "bits">;

/** Red, green and blue of PALETTE COLOR (PS3.3 C.7.9). */
export type Palette = [red: Channel, green: Channel, blue: Channel];

/** The palette; null for other images, and for a palette of which a table is missing. */
export function paletteOf(instance: DicomJson, pixels: PixelDescription): Palette | null {
  if (pixels.photometricInterpretation !== "PALETTE COLOR") return null;
  const [red, green, blue] = [0, 1, 2].map((index) => {
    const descriptor = TAG.paletteDescriptor[index] ?? "";
    return tableOf(instance, descriptor, TAG.paletteData[index] ?? "", pixels.isSigned);
  });
  return red && green && blue ? [red, green, blue] : null;
}

/** Bytes of red, green, blue for each stored index; entries of 16 bits keep their upper byte. */
export function coloursOf(
  raw: ArrayLike<number>,
  palette: Palette,
  pixels: PixelDescription,
): Uint8ClampedArray<ArrayBuffer> {
  const storedValue = storedValueReader(pixels);
  const channels = palette.map(byteTable);
  const colours = new Uint8ClampedArray(3 * raw.length);
  for (let index = 0; index < raw.length; index += 1) {
    const stored = storedValue(raw[index] ?? 0);
    for (let channel = 0; channel < 3; channel += 1) {
      const table = channels[channel];
      if (table) colours[3 * index + channel] = lookUp(table, stored);
    }
  }
  return colours;
}

/** C.7.6.3.1.5: entries of 16 bits span the whole range, but writers of 8-bit values in 16-bit entries exist. */
function byteTable(channel: Channel): Pick<LookupTable, "firstMapped" | "values"> {
  const isWide = channel.bits > 8 && channel.values.some((value) => value > 255);
  if (!isWide) return channel;
  return { firstMapped: channel.firstMapped, values: channel.values.map((value) => value >> 8) };
}

/** Samples of RGB as bytes; of more than 8 bits a screen shows the upper ones. */
export function colourBytes(
  samples: ArrayLike<number>,
  pixels: PixelDescription,
): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(samples);
  if (pixels.bitsStored === 8) return bytes;
  const scale = 255 / (2 ** pixels.bitsStored - 1);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = (samples[index] ?? 0) * scale;
  return bytes;
}
