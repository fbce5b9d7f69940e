import type { PixelDescription } from "../modality";

/** The little endian samples of a frame as they are stored, without copying them where they lie aligned. */
export function nativeSamples(bytes: Uint8Array<ArrayBuffer>, pixels: PixelDescription): ArrayLike<number> {
  const { bitsAllocated, isSigned } = pixels;
  if (bitsAllocated <= 8) return bytes;
  const width = bitsAllocated / 8;
  const isAligned = bytes.byteOffset % width === 0;
  const buffer = isAligned ? bytes.buffer : bytes.slice().buffer;
  const place: [ArrayBuffer, number, number] = [
    buffer,
    isAligned ? bytes.byteOffset : 0,
    bytes.length / width,
  ];
  if (width === 2) return isSigned ? new Int16Array(...place) : new Uint16Array(...place);
  return isSigned ? new Int32Array(...place) : new Uint32Array(...place);
}
