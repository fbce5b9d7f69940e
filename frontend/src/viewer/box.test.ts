import { expect, test } from "vitest";
import { sizesOf } from "@/domain/measurements";
import type { Geometry, PatientMm } from "@/domain/payload";
import { boxReachingTo, slabOf, slicesOfBox } from "./box";
import { fromPayload } from "./fromPayload";
import { type ImagePlane, isInPatient, normalOf, toPatient } from "./plane";
import { descriptionOf, type Slice } from "./slices";
import { toPayload } from "./toPayload";

const TILT = Math.PI / 6;

/** Ten slices 4 mm apart, tilted by 30 degrees, with pixels of 0.8 x 0.5 mm; descending when asked. */
function stack(step_mm = 4): Slice[] {
  const orientation = {
    row: [1, 0, 0] as PatientMm,
    column: [0, Math.cos(TILT), Math.sin(TILT)] as PatientMm,
  };
  const normal = normalOf(orientation);
  return Array.from({ length: 10 }, (_, index) => {
    const at = (axis: 0 | 1 | 2) => normal[axis] * index * step_mm;
    const plane: ImagePlane = {
      columns: 64,
      rows: 64,
      spacing: { row_mm: 0.5, column_mm: 0.8 },
      position: [at(0), at(1), at(2)],
      orientation,
    };
    return {
      imageId: `wadors:${index}`,
      sopInstanceUid: `1.2.${index}`,
      seriesInstanceUid: "1.3",
      frameNumber: 1,
      frameOfReferenceUid: "1.4",
      modality: "CT",
      isColour: false,
      plane,
      window: null,
      frame: descriptionOf({}, 0),
    };
  });
}

/** A box of 10 x 20 pixels drawn on slice 4. */
function drawnBox(slices: Slice[]): Geometry {
  const slice = slices[4] as Slice;
  if (!isInPatient(slice.plane)) throw new Error("It is.");
  const { plane } = slice;
  const corners = (
    [
      [5, 5],
      [15, 5],
      [5, 25],
      [15, 25],
    ] as const
  ).map((pixel) => toPatient(plane, pixel));
  const surroundings = { slice, offset: 0 as const, image: null, depth: slabOf(slice, slices) };
  const mark = toPayload("BOX", { points: corners }, surroundings);
  if (!mark) throw new Error("No box came of it.");
  return mark.geometry;
}

const numbersOf = (box: Geometry, slices: Slice[]) =>
  slicesOfBox(box, slices).map(({ slice }) => Number(slice.imageId.slice(7)));

test("a box begins as one slice thick", () => {
  const slices = stack();
  const box = drawnBox(slices);
  // 10 columns of 0.8 mm, 20 rows of 0.5 mm, one slice of 4 mm.
  const { width_mm, height_mm, depth_mm, volume_mm3 } = sizesOf(box);
  expect([width_mm, height_mm, depth_mm]).toEqual([
    expect.closeTo(8, 2),
    expect.closeTo(10, 2),
    expect.closeTo(4, 2),
  ]);
  expect(volume_mm3).toBeCloseTo(320, 0);
  expect(numbersOf(box, slices)).toEqual([4]);
});

test.each([4, -4])("its ends go to the slice that is shown (slices numbered %d mm apart)", (step_mm) => {
  const slices = stack(step_mm);
  const last = boxReachingTo(drawnBox(slices), "LAST", slices[7] as Slice, slices) as Geometry;
  expect(numbersOf(last, slices)).toEqual([4, 5, 6, 7]);
  const both = boxReachingTo(last, "FIRST", slices[2] as Slice, slices) as Geometry;
  expect(numbersOf(both, slices)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(sizesOf(both).depth_mm).toBeCloseTo(24, 2);
  const shorter = boxReachingTo(both, "LAST", slices[3] as Slice, slices) as Geometry;
  expect(numbersOf(shorter, slices)).toEqual([2, 3]);
  expect(shorter.sop_instance_uid).toBe("1.2.3");
});

test("an end beyond the other end takes it along", () => {
  const slices = stack();
  const moved = boxReachingTo(drawnBox(slices), "FIRST", slices[6] as Slice, slices) as Geometry;
  expect(numbersOf(moved, slices)).toEqual([6]);
});

test("the rectangle is at the same pixels on every slice", () => {
  const slices = stack();
  const box = boxReachingTo(drawnBox(slices), "LAST", slices[6] as Slice, slices) as Geometry;
  const placed = fromPayload(box, slices, 0);
  expect(placed).toHaveLength(3);
  for (const { slice, worldPoints } of placed) {
    if (!isInPatient(slice.plane)) throw new Error("It is.");
    const [x, y, z] = toPatient(slice.plane, [15, 25]);
    const corner = worldPoints[3] ?? [0, 0, 0];
    expect(Math.hypot(corner[0] - x, corner[1] - y, corner[2] - z)).toBeLessThan(0.01);
  }
});

test("a lone slice has no depth", () => {
  const [only] = stack();
  expect(slabOf(only as Slice, [only as Slice])).toBeNull();
});
