import { describe, expect, test } from "vitest";
import type { Calibration } from "./calibration";
import { sizeText } from "./measure";
import { valueText } from "./textLines";

const LINE: [number, number][] = [
  [0, 0],
  [30, 40],
];
const at = (kind: "PATIENT" | "DETECTOR" | "ULTRASOUND_REGION"): Calibration => ({
  spacing: { row_mm: 0.2, column_mm: 0.2 },
  kind,
});

describe("the unit beside a mark", () => {
  // 30 and 40 pixels are a 3-4-5 triangle: 50 pixels, 10 mm at 0.2 mm.
  test.each([
    [at("PATIENT"), ["10.0 mm"]],
    [at("DETECTOR"), ["10.0 mm at detector"]],
    [at("ULTRASOUND_REGION"), ["10.0 mm (US region)"]],
    [{ spacing: null, refusal: "NO_SPACING" } as Calibration, ["50.0 px"]],
    [
      { spacing: null, refusal: "OUTSIDE_REGIONS" } as Calibration,
      ["50.0 px", "Outside the calibrated ultrasound regions."],
    ],
  ])("%j", (calibration, lines) => {
    expect(sizeText("LENGTH", LINE, calibration)).toEqual(lines);
  });

  test("a point has no size, so it needs no reason", () => {
    expect(sizeText("POINT", [[1, 1]], { spacing: null, refusal: "OUTSIDE_REGIONS" })).toEqual([]);
  });
});

test.each([
  [{ value: -512.4 }, "HU", ["-512 HU"]],
  [{ value: 2.345 }, "SUV", ["2.35 SUV"]],
  [{ value: 17 }, null, ["17"]],
  [{ value: 1234.5 }, "Bq/ml", ["1235 Bq/ml"]],
  [{ value: [1, 2, 3] }, null, ["RGB 1 2 3"]],
  [{ mean: 2.5, stdDev: 0.25 }, "SUV", ["mean 2.50 ± 0.25 SUV"]],
  [{ mean: 40.4, stdDev: 5.2 }, "HU", ["mean 40 ± 5 HU"]],
  [{ mean: Number.NaN, stdDev: Number.NaN }, "HU", []],
  [undefined, "HU", []],
])("the values %j in %s are written %j", (stats, unit, lines) => {
  expect(valueText(stats, unit)).toEqual(lines);
});
