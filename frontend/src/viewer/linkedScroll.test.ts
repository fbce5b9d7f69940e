import { expect, test } from "vitest";
import type { PatientMm } from "@/domain/payload";
import { followingIndex, nearestIndex } from "./linkedScroll";
import type { ImagePlane } from "./plane";

const AXIAL: ImagePlane["orientation"] = { row: [1, 0, 0], column: [0, 1, 0] };
const CORONAL: ImagePlane["orientation"] = { row: [1, 0, 0], column: [0, 0, -1] };

function stack(
  frame: string | null,
  positions: (PatientMm | null)[],
  orientation: ImagePlane["orientation"] = AXIAL,
) {
  return positions.map((position) => ({
    frameOfReferenceUid: frame,
    plane: { columns: 11, rows: 11, spacing: { row_mm: 1, column_mm: 1 }, position, orientation },
  }));
}

const axial = (frame: string | null, ...depths: number[]) =>
  stack(
    frame,
    depths.map((depth): PatientMm => [0, 0, depth]),
  );
const FROM_START = { source: 0, target: 0 };

test("in one frame of reference the slice at the same place follows, whatever the start", () => {
  const thick = axial("A", 0, 10, 20, 30);
  const thin = axial("A", 30, 25, 20, 15, 10, 5, 0);
  expect(followingIndex(thick, 1, thin, FROM_START)).toBe(4);
  expect(followingIndex(thick, 3, thin, { source: 2, target: 5 })).toBe(0);
  expect(followingIndex(thin, 3, thick, FROM_START)).toBe(1);
});

test("in one frame of reference a crossing plane does not follow", () => {
  const coronal = stack(
    "A",
    [
      [0, 0, 0],
      [0, 5, 0],
      [0, 10, 0],
    ],
    CORONAL,
  );
  expect(followingIndex(axial("A", 0, 5, 10), 2, coronal, FROM_START)).toBeNull();
});

test("another examination follows by the same distance, also when it is numbered the other way", () => {
  const now = axial("A", 100, 110, 120, 130);
  const prior = axial("B", 0, 5, 10, 15, 20, 25, 30);
  expect(followingIndex(now, 3, prior, { source: 1, target: 1 })).toBe(5);
  const reversed = axial("B", 30, 20, 10, 0);
  expect(followingIndex(now, 2, reversed, { source: 1, target: 2 })).toBe(1);
});

test("without positions as many slices follow, and the ends hold", () => {
  const here = stack(null, [null, null, null, null, null]);
  const there = stack(null, [null, null, null]);
  expect(followingIndex(here, 2, there, { source: 1, target: 0 })).toBe(1);
  expect(followingIndex(here, 4, there, { source: 0, target: 1 })).toBe(2);
});

test("the nearest slice to a point; none where no slice says where it lies", () => {
  expect(nearestIndex(axial("A", 0, 10, 20), [3, 3, 14])).toBe(1);
  expect(nearestIndex(stack(null, [null]), [0, 0, 0])).toBeNull();
});
