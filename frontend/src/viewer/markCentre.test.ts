import { expect, test } from "vitest";
import { centreOf, pointOn } from "./markCentre";

const base = {
  frame_of_reference_uid: "1",
  sop_instance_uid: "2",
  series_instance_uid: "3",
  frame_number: 1,
};

test("the middle of a length, of a ball, and of a mark that lies in no patient", () => {
  const length = { ...base, kind: "LENGTH" as const };
  expect(
    centreOf({
      ...length,
      points_mm: [
        [0, 0, 10],
        [4, 2, 10],
      ],
    }),
  ).toEqual([2, 1, 10]);
  expect(centreOf({ ...length, points_mm: null, points_px: [[1, 1]] })).toBeNull();
  expect(centreOf({ kind: "SPHERE", center_mm: [1, 2, 3], diameter_mm: 4 })).toEqual([1, 2, 3]);
});

test("planes go to the pixels that a mark names on its slice, or straight on to the slice", () => {
  const plane = {
    columns: 10,
    rows: 10,
    spacing: { row_mm: 2, column_mm: 0.5 },
    position: [-1, -3, 40] as const,
    orientation: { row: [1, 0, 0] as const, column: [0, 1, 0] as const },
  };
  const place = { ...base, kind: "POINT" as const, points_mm: null };
  const square = [2, 6].flatMap((column) => [1, 3].map((row) => [column, row] as const));
  expect(pointOn({ plane }, { ...place, points_px: square }, null)).toEqual([1, 1, 40]);
  expect(pointOn({ plane }, place, [7, 8, 12])).toEqual([7, 8, 40]);
  expect(pointOn({ plane }, place, null)).toBeNull();
  expect(pointOn({ plane: { ...plane, position: null } }, { ...place, points_px: square }, null)).toBeNull();
});
