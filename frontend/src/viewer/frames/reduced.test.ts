import { expect, test } from "vitest";
import { spread } from "./reduced";

test("a sample of the reduced image stands at every fourth pixel, and each pixel has the nearest one", () => {
  // 6 columns, 5 rows: samples at columns 0 and 4, rows 0 and 4.
  const rows = [1, 1, 2, 2, 2, 2];
  const below = [3, 3, 4, 4, 4, 4];
  expect([...spread(new Int16Array([1, 2, 3, 4]), 6, 5, 4)]).toEqual([
    ...rows,
    ...rows,
    ...below,
    ...below,
    ...below,
  ]);
});

test("a reduced image of another size is refused", () => {
  expect(() => spread(new Int16Array([1, 2, 3]), 6, 5, 4)).toThrow("another size");
});
