import { expect, test } from "vitest";
import { encodeSlice } from "./rle";
import { emptySegment, type Segment, withSlices, withStroke } from "./segments";

const PLACE = { sopInstanceUid: "1.2.3", frameNumber: 1 };

/** A slice of two rows of five, as drawn: `#` is inside. */
const counts = (drawn: string) => encodeSlice([...drawn].map((voxel) => (voxel === "#" ? 1 : 0)));
const segment = (drawn: string): Segment =>
  withSlices(emptySegment("1.2", 2, 5), [{ ...PLACE, counts: counts(drawn) }]);
const stroke = (before: string, after: string) => [
  { ...PLACE, before: counts(before), counts: counts(after) },
];

test("a stroke changes the voxels that it has touched, and no other", () => {
  expect(withStroke(segment("##........"), stroke("##........", "##..##...."))).toEqual(
    segment("##..##...."),
  );
  // The segment has lost one voxel and gained another since the stroke was begun.
  expect(withStroke(segment(".#.......#"), stroke("##........", "##..##...."))).toEqual(
    segment(".#..##...#"),
  );
  expect(withStroke(segment("######...#"), stroke("######....", "##..##...."))).toEqual(
    segment("##..##...#"),
  );
  expect(withStroke(emptySegment("1.2", 2, 5), stroke("##........", "##..##...."))).toEqual(
    segment("....##...."),
  );
});

test("what a stroke has made is there once, and keeps nothing of the stroke itself", () => {
  const once = withStroke(segment("#........."), stroke("#.........", "##........"));
  expect(withStroke(once, stroke("#.........", "##........"))).toBe(once);
  expect([...once.slices.values()]).toEqual([{ ...PLACE, counts: counts("##........") }]);
});
