import { expect, test } from "vitest";
import { pixelDescriptionOf } from "../modality";
import { nativeSamples } from "./native";

const described = (bits: number, isSigned: boolean) =>
  pixelDescriptionOf(
    {
      "00280100": { Value: [bits] },
      "00280101": { Value: [bits] },
      "00280103": { Value: [isSigned ? 1 : 0] },
    },
    0,
  );
// PS3.5 7.3, little endian: the least significant byte first.
const BYTES = new Uint8Array([0xfe, 0xff, 0xff, 0xff, 0x01, 0x00, 0x00, 0x80]);

test.each([
  [8, false, [254, 255, 255, 255, 1, 0, 0, 128]],
  [16, false, [65_534, 65_535, 1, 32_768]],
  [16, true, [-2, -1, 1, -32_768]],
  [32, false, [4_294_967_294, 2_147_483_649]],
  [32, true, [-2, -2_147_483_647]],
])("%i bits, signed %s", (bits, isSigned, expected) => {
  expect(Array.from(nativeSamples(BYTES, described(bits, isSigned)))).toEqual(expected);
  // The same bytes from an odd place on, as in the middle of a bundle.
  const shifted = new Uint8Array(BYTES.length + 1);
  shifted.set(BYTES, 1);
  expect(Array.from(nativeSamples(shifted.subarray(1), described(bits, isSigned)))).toEqual(expected);
});
