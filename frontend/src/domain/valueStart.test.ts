import { expect, test } from "vitest";
import { FIRST_SETTINGS } from "./segmentTools";
import { scaleOf, startOfValues, stepFor } from "./valueStart";

const mr = { seriesInstanceUid: "1.2", modality: "MR", window: { center: 812, width: 1530 } };

test("CT begins with Hounsfield units, whatever the window", () => {
  const ct = { ...mr, modality: "CT" };
  expect(startOfValues(ct)).toEqual({
    range: { lowest: -200, highest: 300 },
    tolerance: null,
    firstTolerance: 100,
  });
  expect(FIRST_SETTINGS).toMatchObject(startOfValues(ct));
});

test("MR grows from the value under the click, within a tenth of the window", () => {
  expect(startOfValues(mr)).toEqual({
    range: { lowest: 810, highest: 1600 },
    tolerance: 150,
    firstTolerance: 150,
  });
});

test("fractions count in SUV", () => {
  const pet = { ...mr, modality: "PT", window: { center: 3.5, width: 7 } };
  expect(startOfValues(pet)).toEqual({
    range: { lowest: 3.5, highest: 7 },
    tolerance: 0.7,
    firstTolerance: 0.7,
  });
});

test("each MR has a scale of its own, all CT one", () => {
  expect(scaleOf(mr)).not.toBe(scaleOf({ ...mr, seriesInstanceUid: "1.3" }));
  expect(scaleOf({ ...mr, modality: "CT" })).toBe(
    scaleOf({ ...mr, modality: "CT", seriesInstanceUid: "1.3" }),
  );
});

test.each([
  [100, 10],
  [150, 10],
  [0.7, 0.1],
  [0, expect.any(Number)],
])("fields for a tolerance of %d step by %d", (tolerance, step) => {
  expect(stepFor(tolerance)).toEqual(typeof step === "number" ? expect.closeTo(step) : step);
});
