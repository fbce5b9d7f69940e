import { describe, expect, test } from "vitest";
import { valueLines } from "@/domain/markText";
import type { Geometry } from "@/domain/payload";
import type { Calibration } from "./calibration";
import { descriptionOf, type Slice } from "./slices";
import { sizeText } from "./textLines";

const LINE: [number, number][] = [
  [0, 0],
  [30, 40],
];
const on = (calibration: Calibration): Pick<Slice, "frame"> => ({
  frame: { ...descriptionOf({}, 0), calibration },
});
const lineOn = (calibration: Calibration): Geometry => ({
  kind: "LENGTH",
  points_mm: null,
  points_px: LINE,
  ...(calibration.spacing && {
    spacing_mm: [calibration.spacing.row_mm, calibration.spacing.column_mm] as const,
    calibration: calibration.kind,
  }),
  frame_of_reference_uid: null,
  sop_instance_uid: "1.2",
  series_instance_uid: "1.3",
  frame_number: 1,
});
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
    expect(sizeText(lineOn(calibration), on(calibration))).toEqual(lines);
  });

  test("a point has no size, so it needs no reason", () => {
    const calibration: Calibration = { spacing: null, refusal: "OUTSIDE_REGIONS" };
    const point: Geometry = { ...lineOn(calibration), kind: "POINT", points_px: [[1, 1]] };
    expect(sizeText(point, on(calibration))).toEqual([]);
  });
});

test.each([
  [{ value: -512.4, unit: "HU" }, ["-512 HU"]],
  [{ value: 2.345, unit: "SUV" }, ["2.35 SUV"]],
  [{ value: 17, unit: "raw" }, ["17"]],
  [{ value: 1234.5, unit: "Bq/ml" }, ["1235 Bq/ml"]],
  [{ mean: 2.5, sd: 0.25, min: 1, max: 4.125, unit: "SUV" }, ["mean 2.50 ± 0.25 SUV", "1 to 4.13 SUV"]],
  [{ mean: 40.4, sd: 5.2, min: -3, max: 91, unit: "HU" }, ["mean 40 ± 5 HU", "-3 to 91 HU"]],
  [{}, []],
])("the values %j are written %j", (values, lines) => {
  expect(valueLines(values)).toEqual(lines);
});
