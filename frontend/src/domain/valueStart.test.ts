import { expect, test } from "vitest";
import { FIRST_SETTINGS, valueUnitText } from "./segmentTools";
import { scaleOf, startOfValues, stepFor } from "./valueStart";

const mr = { seriesInstanceUid: "1.2", modality: "MR", unit: "raw", window: { center: 812, width: 1530 } };
const ct = { ...mr, modality: "CT", unit: "HU" };

test("CT begins with Hounsfield units, whatever the window", () => {
  expect(startOfValues(ct)).toEqual({
    unit: "HU",
    range: { lowest: -200, highest: 300 },
    tolerance: null,
    firstTolerance: 100,
  });
  expect(FIRST_SETTINGS).toMatchObject(startOfValues(ct));
});

test("MR grows from the value under the click, within a tenth of the window", () => {
  expect(startOfValues(mr)).toEqual({
    unit: "raw",
    range: { lowest: 810, highest: 1600 },
    tolerance: 150,
    firstTolerance: 150,
  });
});

test("fractions count in SUV", () => {
  const pet = { ...mr, modality: "PT", unit: "SUV", window: { center: 3.5, width: 7 } };
  expect(startOfValues(pet)).toEqual({
    unit: "SUV",
    range: { lowest: 3.5, highest: 7 },
    tolerance: 0.7,
    firstTolerance: 0.7,
  });
});

test("a CT without a rescale has stored values and no Hounsfield units: it begins as an MR does", () => {
  const unscaled = { ...ct, unit: "raw" };
  expect(startOfValues(unscaled)).toEqual(startOfValues(mr));
  expect(valueUnitText(startOfValues(unscaled).unit)).toBe("stored values");
  expect(scaleOf(unscaled)).not.toBe(scaleOf(ct));
});

test("each MR has a scale of its own, all CT in Hounsfield units one", () => {
  expect(scaleOf(mr)).not.toBe(scaleOf({ ...mr, seriesInstanceUid: "1.3" }));
  expect(scaleOf(ct)).toBe(scaleOf({ ...ct, seriesInstanceUid: "1.3" }));
});

test.each([
  [100, 10],
  [150, 10],
  [0.7, 0.1],
  [0, expect.any(Number)],
])("fields for a tolerance of %d step by %d", (tolerance, step) => {
  expect(stepFor(tolerance)).toEqual(typeof step === "number" ? expect.closeTo(step) : step);
});
