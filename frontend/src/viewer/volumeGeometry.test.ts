import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PatientMm } from "@/domain/payload";
import { type DicomJson, itemOf } from "./dicomJson";
import { toPatient } from "./plane";
import { slicesOfSeries } from "./slices";
import { VOLUME_REFUSALS, type VolumeGeometry, volumeGeometry, voxelIn } from "./volumeGeometry";

const url = (sop: string, frame: number) => `http://portal/instances/${sop}/frames/${frame}`;

/** A CT slice of 5 x 4 pixels of 0.8 x 0.5 mm at a position; `extra` replaces elements. */
function slice(number: number, position: PatientMm | null, extra: DicomJson = {}): DicomJson {
  return {
    "00080018": { Value: [`1.${number}`] },
    "00200013": { Value: [number] },
    "00200052": { Value: ["1.7"] },
    "00280002": { Value: [1] },
    "00280010": { Value: [4] },
    "00280011": { Value: [5] },
    "00280030": { Value: [0.5, 0.8] },
    "00200037": { Value: [1, 0, 0, 0, 1, 0] },
    ...(position ? { "00200032": { Value: [...position] } } : {}),
    ...extra,
  };
}

const geometryOf = (instances: DicomJson[]): VolumeGeometry => volumeGeometry(slicesOfSeries(instances, url));
const stack = (depths: number[]) => depths.map((z, index) => slice(index + 1, [0, 0, z]));
const reasonOf = (instances: DicomJson[]) => {
  const geometry = geometryOf(instances);
  return geometry.isVolume ? "OK" : geometry.reason;
};

describe("a volume", () => {
  test("has its normal, spacing, order and size, whatever order the slices came in", () => {
    const depths = [0, 2.5, 5, 7.5];
    fc.assert(
      fc.property(fc.shuffledSubarray(stack(depths), { minLength: 4 }), (shuffled) => {
        const geometry = geometryOf(shuffled);
        expect(geometry).toMatchObject({
          isVolume: true,
          normal: [0, 0, 1],
          spacing_mm: 2.5,
          dimensions: [5, 4, 4],
        });
        if (geometry.isVolume) {
          expect(geometry.slices.map((one) => one.plane.position?.[2])).toEqual(depths);
          expect(geometry.firstPlane.position).toEqual([0, 0, 0]);
        }
      }),
    );
  });

  test("may be oblique: positions step along the normal of a plane tilted by 30 degrees", () => {
    const [cos, sin] = [Math.cos(Math.PI / 6), 0.5];
    const orientation = { "00200037": { Value: [1, 0, 0, 0, cos, sin] } };
    const instances = [0, 1, 2, 3].map((step) =>
      slice(step + 1, [7, -sin * step * 3, cos * step * 3], orientation),
    );
    const geometry = geometryOf(instances);
    expect(geometry.isVolume && geometry.spacing_mm).toBeCloseTo(3, 9);
  });

  test("may be the frames of one enhanced object", () => {
    const frames = [0, 1, 2].map((z) => ({ "00209113": { Value: [{ "00200032": { Value: [0, 0, z] } }] } }));
    const enhanced = slice(1, null, { "00280008": { Value: [3] }, "52009230": { Value: frames } });
    expect(itemOf(enhanced, "52009230", 2)).not.toBeNull();
    expect(geometryOf([enhanced])).toMatchObject({ isVolume: true, spacing_mm: 1 });
  });

  test("is accepted with the rounding of real headers: 0.625 mm written as 0.6 and 0.63", () => {
    expect(reasonOf(stack([0, 0.63, 1.25, 1.88, 2.5, 3.13]))).toBe("OK");
  });
});

describe("what is no volume is refused with its reason", () => {
  test.each([
    ["two slices", stack([0, 1]), "TOO_FEW"],
    ["a gap of two", stack([0, 1, 2, 4, 5]), "MISSING_SLICE"],
    ["a growing distance", stack([0, 1, 2.2, 3.6, 5.2]), "UNEVEN_SPACING"],
    ["the same place twice", stack([0, 1, 1, 2]), "DUPLICATE_POSITION"],
    ["no position", [...stack([0, 1, 2]), slice(4, null)], "NO_POSITION"],
    ["no spacing", [...stack([0, 1, 2]), slice(4, [0, 0, 3], { "00280030": undefined })], "NO_POSITION"],
    [
      "another size",
      [...stack([0, 1, 2]), slice(4, [0, 0, 3], { "00280010": { Value: [8] } })],
      "MIXED_SIZE",
    ],
    [
      "another spacing",
      [...stack([0, 1, 2]), slice(4, [0, 0, 3], { "00280030": { Value: [0.5, 0.9] } })],
      "MIXED_SPACING",
    ],
    [
      "a localiser",
      [...stack([0, 1, 2]), slice(4, [0, 0, 3], { "00200037": { Value: [0, 1, 0, 0, 0, -1] } })],
      "MIXED_ORIENTATION",
    ],
    [
      "another frame of reference",
      [...stack([0, 1, 2]), slice(4, [0, 0, 3], { "00200052": { Value: ["1.8"] } })],
      "MIXED_FRAME_OF_REFERENCE",
    ],
    ["colour", [0, 1, 2].map((z) => slice(z + 1, [0, 0, z], { "00280002": { Value: [3] } })), "COLOUR"],
  ])("%s: %s", (_, instances, reason) => {
    expect(reasonOf(instances)).toBe(reason);
  });

  test("gantry tilt: a table that moves 5 mm along z under a plane tilted by 15 degrees", () => {
    const [cos, sin] = [Math.cos(Math.PI / 12), Math.sin(Math.PI / 12)];
    const orientation = { "00200037": { Value: [1, 0, 0, 0, cos, -sin] } };
    const instances = [0, 1, 2, 3].map((step) => slice(step + 1, [0, 0, step * 5], orientation));
    expect(reasonOf(instances)).toBe("TILT");
  });

  test("every reason is one sentence", () => {
    for (const text of Object.values(VOLUME_REFUSALS)) expect(text).toMatch(/^[A-Z].*\.$/);
  });
});

test("a point in the patient is found among the voxels, in a turned volume too", () => {
  // Rows along the head, columns to the back: the normal is rows x columns = (0, 0, 1) x (0, 1, 0) = (-1, 0, 0).
  const turned = { "00200037": { Value: [0, 0, 1, 0, 1, 0] } };
  const geometry = geometryOf([0, 3, 6].map((x, index) => slice(index + 1, [x, -2, 10], turned)));
  if (!geometry.isVolume) throw new Error(geometry.text);
  // The slice at x = 6 is the first along the normal; from there 2 columns of 0.8 mm up, 3 rows of 0.5 mm back.
  expect(voxelIn(geometry, [6, -2, 10])).toEqual([0, 0, 0]);
  const [column, row, depth] = voxelIn(geometry, [1.5, -0.5, 11.6]);
  expect(column).toBeCloseTo(2, 9);
  expect(row).toBeCloseTo(3, 9);
  expect(depth).toBeCloseTo(1.5, 9);
  for (const [index, { plane }] of geometry.slices.entries()) {
    const point = toPatient(plane as never, [4, 1]);
    voxelIn(geometry, point).forEach((value, axis) => {
      expect(value).toBeCloseTo([4, 1, index][axis] ?? Number.NaN, 9);
    });
  }
});
