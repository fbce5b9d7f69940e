import { expect, test } from "vitest";
import { centreOf } from "./markCentre";

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
