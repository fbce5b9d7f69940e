import { describe, expect, test } from "vitest";
import type { PlaneName } from "@/domain/grid";
import type { PatientMm } from "@/domain/payload";
import { countedFrom, isAgainst, wayOf } from "./planeOrder";
import { slicesOfSeries } from "./slices";

// The normals along which Cornerstone counts: constants/mprCameraValues of 5.14.
const NORMALS: Record<PlaneName, PatientMm> = {
  AXIAL: [0, 0, -1],
  CORONAL: [0, -1, 0],
  SAGITTAL: [1, 0, 0],
};
const AXIAL_IMAGE = [1, 0, 0, 0, 1, 0];
const SAGITTAL_IMAGE = [0, 1, 0, 0, 0, -1];
const [COS, SIN] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];

/** A series whose instances are numbered in the order of these positions. */
function numbered(positions: PatientMm[], orientation = AXIAL_IMAGE) {
  const instances = positions.map((position, index) => ({
    "00080018": { Value: [`1.${index}`] },
    "00200013": { Value: [index + 1] },
    "00280010": { Value: [4] },
    "00280011": { Value: [5] },
    "00200037": { Value: orientation },
    "00200032": { Value: [...position] },
  }));
  return slicesOfSeries(instances, (sop) => sop);
}

const UP: PatientMm[] = [0, 5, 10, 15].map((z) => [0, 0, z]);
const OBLIQUE_UP: PatientMm[] = [0, 5, 10, 15].map((step) => [0, -SIN * step, COS * step]);
const LEFTWARDS: PatientMm[] = [0, 5, 10].map((x) => [x, 0, 0]);
const backwards = (view: PlaneName, slices: ReturnType<typeof numbered>) =>
  isAgainst(wayOf(view, slices), NORMALS[view]);

describe("the plane of the acquisition counts as its stack does", () => {
  test.each([
    ["AXIAL", "from feet to head", numbered(UP), true],
    ["AXIAL", "from head to feet", numbered([...UP].reverse()), false],
    ["AXIAL", "oblique, upwards", numbered(OBLIQUE_UP, [1, 0, 0, 0, COS, SIN]), true],
    ["SAGITTAL", "from right to left", numbered(LEFTWARDS, SAGITTAL_IMAGE), false],
    ["SAGITTAL", "from left to right", numbered([...LEFTWARDS].reverse(), SAGITTAL_IMAGE), true],
  ] as const)("%s, numbered %s", (view, _name, slices, expected) => {
    expect(backwards(view, slices)).toBe(expected);
  });
});

test("the other planes count from head to feet, front to back and right to left", () => {
  for (const slices of [numbered(UP), numbered([...UP].reverse()), []]) {
    expect(backwards("CORONAL", slices)).toBe(true);
    expect(backwards("SAGITTAL", slices)).toBe(false);
  }
  expect(backwards("AXIAL", numbered(LEFTWARDS, SAGITTAL_IMAGE))).toBe(false);
});

test("a plane turned half round by its crosshairs still counts the same way through the patient", () => {
  const way = wayOf("AXIAL", numbered(UP));
  expect(isAgainst(way, [0, 0, 1])).toBe(false);
});

test("the first of eight is the last from the other end", () => {
  expect([countedFrom(6, 8, false), countedFrom(6, 8, true), countedFrom(0, 8, true)]).toEqual([6, 1, 7]);
});
