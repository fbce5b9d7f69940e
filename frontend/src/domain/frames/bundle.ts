/** A bundle: uint32 count, uint32 length of each frame, then the frames; all little endian. */

export class BrokenBundle extends Error {}

/** The frames of a bundle, as views into its bytes. */
export function framesOfBundle(bundle: ArrayBuffer, expected: number): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(bundle);
  if (bundle.byteLength < 4 || view.getUint32(0, true) !== expected)
    throw new BrokenBundle("The server sent another number of frames than asked for.");
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let offset = 4 + 4 * expected;
  for (let index = 0; index < expected; index += 1) {
    const length = view.getUint32(4 + 4 * index, true);
    if (offset + length > bundle.byteLength) throw new BrokenBundle("The frames arrived incomplete.");
    frames.push(new Uint8Array(bundle, offset, length));
    offset += length;
  }
  return frames;
}
