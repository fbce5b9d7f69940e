import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DicomJson } from "./dicomJson";
import { type PixelDescription, pixelDescriptionOf } from "./modality";
import { modalityPixels } from "./modalityPixels";
import { colourBytes, coloursOf, paletteOf } from "./palette";

/** A CT-like description; `extra` replaces elements. */
function description(extra: DicomJson = {}, frameIndex = 0): PixelDescription {
  const image: DicomJson = {
    "00080060": { Value: ["CT"] },
    "00280002": { Value: [1] },
    "00280004": { Value: ["MONOCHROME2"] },
    "00280100": { Value: [16] },
    "00280101": { Value: [12] },
    "00280102": { Value: [11] },
    "00280103": { Value: [0] },
    ...extra,
  };
  return pixelDescriptionOf(image, frameIndex);
}
const rescale = (slope: number, intercept: number): DicomJson => ({
  "00281052": { Value: [intercept] },
  "00281053": { Value: [slope] },
});
const SIGNED: DicomJson = { "00280103": { Value: [1] } };
const words = (...values: number[]) => btoa(String.fromCharCode(...values.flatMap((v) => [v & 255, v >> 8])));

describe("stored numbers become values", () => {
  test("Rescale Slope and Intercept (PS3.3 C.11.1.1.2): output = slope x stored + intercept", () => {
    const { values, min, max } = modalityPixels([0, 1024, 4095], description(rescale(1, -1024)));
    expect([...values]).toEqual([-1024, 0, 3071]);
    expect(values).toBeInstanceOf(Int16Array);
    expect([min, max]).toEqual([-1024, 3071]);
  });

  test("a slope of a half keeps its halves, even where both ends of the image are whole", () => {
    const { values } = modalityPixels([0, 1, 2, 4], description(rescale(0.5, 0)));
    expect([...values]).toEqual([0, 0.5, 1, 2]);
  });

  test("negative numbers: the sign bit is that of Bits Stored, not of Bits Allocated (PS3.5 8.1.1)", () => {
    // 12 bits: 0xFFF is -1 and 0x800 is -2048.
    expect([...modalityPixels([0xfff, 0x800, 0x7ff], description(SIGNED)).values]).toEqual([-1, -2048, 2047]);
    const bytes = {
      ...SIGNED,
      "00280100": { Value: [8] },
      "00280101": { Value: [8] },
      "00280102": { Value: [7] },
    };
    expect([...modalityPixels(new Uint8Array([255, 128, 127]), description(bytes)).values]).toEqual([
      -1, -128, 127,
    ]);
  });

  test("bits above High Bit (an overlay of old scanners) and below it are no part of the value", () => {
    expect([...modalityPixels([0x1001, 0xf002], description()).values]).toEqual([1, 2]);
    const upper = { "00280102": { Value: [15] } };
    expect([...modalityPixels([0x0010, 0xfff0], description(upper)).values]).toEqual([1, 4095]);
  });

  test("a modality LUT is clamped at both ends and used instead of a rescale (C.11.1.1.1)", () => {
    const table = {
      "00283000": {
        Value: [
          {
            "00283002": { Value: [3, 10, 16] },
            "00283004": { Value: ["OD"] },
            "00283006": { vr: "OW", InlineBinary: words(100, 5000, 65_535) },
          },
        ],
      },
    };
    const found = description({ ...table, ...rescale(7, 7) });
    expect([...modalityPixels([0, 10, 11, 12, 4000], found).values]).toEqual([
      100, 100, 5000, 65_535, 65_535,
    ]);
    expect(found.unit).toBe("OD");
  });

  test("the rescale of an enhanced object is that of its own frame, else the shared one", () => {
    const group = (slope: number) => ({ "00289145": { Value: [{ ...rescale(slope, 0) }] } });
    const enhanced = { "52009229": { Value: [group(2)] }, "52009230": { Value: [group(3), {}] } };
    expect([...modalityPixels([5], description(enhanced, 0)).values]).toEqual([15]);
    expect([...modalityPixels([5], description(enhanced, 1)).values]).toEqual([10]);
  });

  test("SUV: the portal's factor comes after the rescale", () => {
    const pet = {
      ...rescale(2, 0),
      "00080060": { Value: ["PT"] },
      "00551001": { Value: [0.001] },
      "00551002": { Value: ["BW"] },
    };
    const found = description(pet);
    expect(found.unit).toBe("SUV");
    expect(modalityPixels([1500], found).values[0]).toBeCloseTo(3, 6);
  });

  test("the array type depends on the description, so that the slices of a series are alike", () => {
    const pixels = fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1 });
    fc.assert(
      fc.property(pixels, fc.boolean(), fc.integer({ min: -2000, max: 0 }), (raw, isSigned, intercept) => {
        const found = description({ ...(isSigned ? SIGNED : {}), ...rescale(1, intercept) });
        const { values } = modalityPixels(raw, found);
        const reference = modalityPixels([0], found).values;
        expect(values.constructor).toBe(reference.constructor);
        for (const [index, value] of values.entries()) {
          const word = (raw[index] ?? 0) & 0xfff;
          expect(value).toBe((isSigned && word > 2047 ? word - 4096 : word) + intercept);
        }
      }),
    );
  });

  test("32-bit pixels are read as they are", () => {
    const wide = { "00280100": { Value: [32] }, "00280101": { Value: [32] }, "00280102": { Value: [31] } };
    expect([...modalityPixels(new Uint32Array([3_000_000_000]), description(wide)).values]).toEqual([
      3_000_000_000,
    ]);
    expect([...modalityPixels(new Int32Array([-5]), description({ ...wide, ...SIGNED })).values]).toEqual([
      -5,
    ]);
  });
});

describe("padding (C.7.5.1.1.2)", () => {
  const padded = (value: number, limit?: number): DicomJson => ({
    "00280120": { Value: [value] },
    ...(limit === undefined ? {} : { "00280121": { Value: [limit] } }),
  });

  test("is left out of the range and, where it would be bright, darkened", () => {
    const bright = modalityPixels([4095, 10, 20, 4095], description(padded(4095)));
    expect([...bright.values]).toEqual([10, 10, 20, 10]);
    expect([bright.min, bright.max]).toEqual([10, 20]);
    expect([...(bright.padding ?? [])]).toEqual([1, 0, 0, 1]);
  });

  test("darker than the image it keeps its number", () => {
    const dark = modalityPixels([0, 10, 20], description(padded(0)));
    expect([...dark.values]).toEqual([0, 10, 20]);
    expect(dark.min).toBe(10);
  });

  test("of MONOCHROME1 becomes the highest value, which is black there", () => {
    const inverted = { ...padded(0), "00280004": { Value: ["MONOCHROME1"] } };
    expect([...modalityPixels([0, 10, 20], description(inverted)).values]).toEqual([20, 10, 20]);
  });

  test("may be a range, given in either order, and signed though written as US", () => {
    const range = modalityPixels([1, 2, 3, 4], description(padded(3, 2)));
    expect([...(range.padding ?? [])]).toEqual([0, 1, 1, 0]);
    const whole = { ...SIGNED, "00280101": { Value: [16] }, "00280102": { Value: [15] } };
    const signed = modalityPixels([-2000, 5], description({ ...padded(63_536), ...whole }));
    expect([...(signed.padding ?? [])]).toEqual([1, 0]);
  });

  test("an image of nothing but padding is still an image", () => {
    const { min, max } = modalityPixels([7, 7], description(padded(7)));
    expect([min, max]).toEqual([7, 7]);
  });
});

test.each([
  [{ "00080060": { Value: ["CT"] }, "00281052": { Value: [-1024] }, "00281053": { Value: [1] } }, "HU"],
  [{ "00080060": { Value: ["CT"] } }, null],
  [{ "00080060": { Value: ["CT"] }, "00281052": { Value: [-1024] } }, null],
  [{ "00080060": { Value: ["CT"] }, "00281054": { Value: ["US"] } }, null],
  [{ "00080060": { Value: ["MR"] } }, null],
  [{ "00080060": { Value: ["PT"] }, "00541001": { Value: ["BQML"] } }, "Bq/ml"],
  [{ "00080060": { Value: ["MG"] }, "00281054": { Value: ["OD"] } }, "OD"],
])("the unit of %j is %s", (extra, unit) => {
  expect(description(extra as DicomJson).unit).toBe(unit);
});

describe("colour", () => {
  const INDEXED: DicomJson = {
    "00280004": { Value: ["PALETTE COLOR"] },
    "00280100": { Value: [8] },
    "00280101": { Value: [8] },
    "00280102": { Value: [7] },
  };
  const channel = (index: number, bits: number, data: string): DicomJson => ({
    [`0028110${index}`]: { Value: [2, 1, bits] },
    [`0028120${index}`]: { vr: "OW", InlineBinary: data },
  });

  test("a palette of 16 bits gives its upper bytes, clamped at both ends (C.7.9)", () => {
    const image = {
      ...INDEXED,
      ...channel(1, 16, words(0x1200, 0xff00)),
      ...channel(2, 16, words(0x3400, 0x0000)),
      ...channel(3, 16, words(0x5600, 0x8000)),
    };
    const pixels = description(image);
    const palette = paletteOf(image, pixels);
    expect(palette && [...coloursOf([0, 1, 2, 9], palette, pixels)]).toEqual([
      0x12, 0x34, 0x56, 0x12, 0x34, 0x56, 0xff, 0, 0x80, 0xff, 0, 0x80,
    ]);
  });

  test("a palette of 8 bits packed two to a word is read byte by byte", () => {
    const bytes = btoa(String.fromCharCode(10, 20));
    const image = { ...INDEXED, ...channel(1, 8, bytes), ...channel(2, 8, bytes), ...channel(3, 8, bytes) };
    const pixels = description(image);
    const palette = paletteOf(image, pixels);
    expect(palette && [...coloursOf([1, 2], palette, pixels)]).toEqual([10, 10, 10, 20, 20, 20]);
  });

  test("a palette of which a table is missing or too short is none", () => {
    const image = { ...INDEXED, ...channel(1, 16, words(1, 2)), ...channel(2, 16, words(1)) };
    expect(paletteOf(image, description(image))).toBeNull();
  });

  test("16-bit samples are scaled to bytes, 8-bit ones stay", () => {
    const wide = description({ "00280101": { Value: [16] } });
    expect([...colourBytes(new Uint16Array([0, 65_535, 32_768]), wide)]).toEqual([0, 255, 128]);
    const bytes = description({ "00280101": { Value: [8] } });
    expect([...colourBytes([1, 254], bytes)]).toEqual([1, 254]);
  });
});
