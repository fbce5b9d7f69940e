import { expect, test } from "vitest";
import { endTicks } from "./endTicks";

test("a tick stands upright on each end of a line, five pixels to either side", () => {
  expect(endTicks([10, 10], [50, 10])).toEqual([
    [
      [10, 5],
      [10, 15],
    ],
    [
      [50, 5],
      [50, 15],
    ],
  ]);
  // 3, 4, 5: the tick goes four across and three down.
  const [first] = endTicks([0, 0], [30, 40]);
  expect(first?.flat()).toEqual([4, -3, -4, 3].map((part) => expect.closeTo(part, 9)));
});

test("a line without a direction has no ends to mark", () => {
  expect(endTicks([10, 10], [10, 10])).toEqual([]);
});
