import { describe, expect, test } from "vitest";
import type { DicomJson } from "./dicomJson";
import { greyOf, rangeOfChoice, type VoiChoice, voiChoicesOf } from "./voi";
import { derivedRange, rangeOfPreset, rangeOfWindow, windowOfRange, windowText } from "./window";

const image = (extra: DicomJson): VoiChoice[] => voiChoicesOf(extra, 0, false, 1);
const windowed = (center: number[], width: number[], extra: DicomJson = {}): DicomJson => ({
  "00281050": { Value: center },
  "00281051": { Value: width },
  ...extra,
});
const WINDOW = { kind: "WINDOW", name: null } as const;

test("several windows keep their order and names; impossible ones are left out", () => {
  const named = windowed([40, -600, 300], [400, 1500, 0], {
    "00281055": { Value: ["SOFT", "LUNG", "BONE"] },
  });
  expect(image(named)).toEqual([
    { kind: "WINDOW", name: "SOFT", voiFunction: "LINEAR", center: 40, width: 400 },
    { kind: "WINDOW", name: "LUNG", voiFunction: "LINEAR", center: -600, width: 1500 },
  ]);
});

test("an empty value is none, not 0", () => {
  const empty = { "00281050": { Value: [null] }, "00281051": { Value: [400] } };
  expect(image(empty)).toEqual([]);
});

test("lookup tables come after the windows, with their explanation", () => {
  const item = {
    "00283002": { Value: [4, 100, 8] },
    "00283003": { Value: ["HARDER"] },
    "00283006": { Value: [0, 10, 200, 255] },
  };
  const [window, table] = image(windowed([1], [2], { "00283010": { Value: [item] } }));
  expect(window?.kind).toBe("WINDOW");
  expect(table).toMatchObject({ kind: "TABLE", name: "HARDER" });
  expect(table && rangeOfChoice(table)).toEqual({ lower: 100, upper: 103 });
  expect(table && [99, 100, 101, 102, 200].map((value) => Math.round(255 * greyOf(table, value)))).toEqual([
    0, 0, 10, 200, 255,
  ]);
});

test("a frame's own window goes before the shared one", () => {
  const group = (center: number) => ({ "00289132": { Value: [windowed([center], [10])] } });
  const enhanced = { "52009229": { Value: [group(1)] }, "52009230": { Value: [group(2), {}] } };
  expect(voiChoicesOf(enhanced, 0, false, 1)[0]).toMatchObject({ center: 2 });
  expect(voiChoicesOf(enhanced, 1, false, 1)[0]).toMatchObject({ center: 1 });
});

test("the windows of a PET go with its values into SUV", () => {
  // 5000 +- 5000 Bq/ml at 0.001 SUV per Bq/ml; LINEAR's half units go along.
  const [choice] = voiChoicesOf(windowed([5000], [10_001]), 0, false, 0.001);
  expect(choice && rangeOfChoice(choice).lower).toBeCloseTo(-0.0005, 9);
  expect(choice && rangeOfChoice(choice).upper).toBeCloseTo(9.9995, 9);
});

describe("greys by the formulas of PS3.3", () => {
  // C.11.2.1.2.1: x <= c - 0.5 - (w-1)/2 black, x > c - 0.5 + (w-1)/2 white, between ((x-(c-0.5))/(w-1)+0.5).
  const LINEAR_ROWS: [number, number, number, number][] = [
    [2048, 4096, 0, 0],
    [2048, 4096, 4095, 1],
    [2048, 4096, 1024, (1024 - 2047.5) / 4095 + 0.5],
    [40, 400, -160, 0],
    [40, 400, 239, 1],
    [0.5, 1, 0, 0],
    [0.5, 1, 1, 1],
  ];
  test.each(LINEAR_ROWS)("LINEAR %d/%d of %d is %d", (center, width, value, grey) => {
    expect(greyOf({ ...WINDOW, voiFunction: "LINEAR", center, width }, value)).toBeCloseTo(grey, 9);
  });

  // C.11.2.1.3.2: x <= c - w/2 black, x > c + w/2 white, between (x - c) / w + 0.5.
  test.each([
    [0, -50, 0],
    [0, 50, 1],
    [0, 25, 0.75],
  ])("LINEAR_EXACT %d/100 of %d is %d", (center, value, grey) => {
    expect(greyOf({ ...WINDOW, voiFunction: "LINEAR_EXACT", center, width: 100 }, value)).toBeCloseTo(
      grey,
      9,
    );
  });

  // C.11.2.1.3.1: 1 / (1 + exp(-4 (x - c) / w)).
  test.each([
    [100, 0.5],
    [150, 1 / (1 + Math.exp(-2))],
    [50, 1 / (1 + Math.exp(2))],
  ])("SIGMOID 100/100 of %d is %d", (value, grey) => {
    expect(greyOf({ ...WINDOW, voiFunction: "SIGMOID", center: 100, width: 100 }, value)).toBeCloseTo(
      grey,
      9,
    );
  });
});

test("a LINEAR_EXACT window comes back from its range", () => {
  const window = { center: 2.5, width: 5 };
  expect(windowOfRange(rangeOfWindow(window, "LINEAR_EXACT"), "LINEAR_EXACT")).toEqual(window);
});

test("a derived window leaves padding out", () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => (index < 500 ? 4095 : index));
  const padding = Uint8Array.from(values, (value) => Number(value === 4095));
  expect(derivedRange(values, padding).upper).toBeLessThan(1000);
  expect(derivedRange(values).upper).toBe(4095);
});

test("a derived window of small values (SUV, fractions) is as narrow as they are", () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => index / 1000);
  const { lower, upper } = derivedRange(values);
  expect(lower).toBeCloseTo(0.01, 2);
  expect(upper).toBeCloseTo(0.994, 2);
});

test.each([
  ["one value everywhere", Int16Array.from({ length: 100 }, () => -1000), -1000],
  ["nothing at all", new Uint16Array(100), 0],
  ["a large value", Float32Array.from({ length: 100 }, () => 50_000), 50_000],
  ["one value on a background", Uint8Array.from({ length: 100 }, (_, index) => (index < 60 ? 0 : 1)), 1],
])("%s is mid-grey, in a window that the standard allows", (_name, values, value) => {
  const range = derivedRange(values);
  const { center, width } = windowOfRange(range);
  // C.11.2.1.2: of a width of 1 and more, and the value lies in its middle.
  expect(width).toBeGreaterThanOrEqual(1);
  expect(greyOf({ ...WINDOW, voiFunction: "LINEAR", center, width }, value)).toBeCloseTo(0.5, 6);
});

test.each([
  [40, 400, "W 400  L 40"],
  [-600.4, 1500, "W 1500  L -600"],
  [4, 8.0002, "W 8  L 4"],
  [2.455, 4.91, "W 4.91  L 2.46"],
])("a window %d/%d is written %s", (center, width, text) => {
  expect(windowText({ center, width })).toBe(text);
});

describe("a preset on an image", () => {
  const ofImage = { lower: 0, upper: 1.6 };

  test("is its numbers as the image's function reads them (C.11.2.1.2.1, C.11.2.1.3.2)", () => {
    const lung = { name: "", center: -600, width: 1500 };
    expect(rangeOfPreset(lung, null, "LINEAR")).toEqual({ lower: -1350, upper: 149 });
    expect(rangeOfPreset(lung, null, "LINEAR_EXACT")).toEqual({ lower: -1350, upper: 150 });
  });

  test("is its two ends whatever the image's function: SUV 0 is white or black, SUV 5 the other, exactly", () => {
    const suv = { name: "", lower: 0, upper: 5 };
    for (const voiFunction of ["LINEAR", "LINEAR_EXACT", "SIGMOID"] as const)
      expect(rangeOfPreset(suv, ofImage, voiFunction)).toEqual({ lower: 0, upper: 5 });
  });

  test("is a multiple of the image's own width about the same centre; without an own window there is none", () => {
    const half = rangeOfPreset({ name: "", timesImageWidth: 0.5 }, ofImage, "LINEAR_EXACT");
    expect([half?.lower, half?.upper]).toEqual([expect.closeTo(0.4, 9), expect.closeTo(1.2, 9)]);
    const twice = rangeOfPreset({ name: "", timesImageWidth: 2 }, { lower: 100, upper: 499 }, "LINEAR");
    expect(twice).toEqual({ lower: -100, upper: 699 });
    expect(rangeOfPreset({ name: "", timesImageWidth: 2 }, null, "LINEAR")).toBeNull();
  });
});
