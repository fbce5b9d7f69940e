import fc from "fast-check";
import { expect, test } from "vitest";
import { loadErrorText } from "./loadError";
import { outwardFrom, roundLength } from "./order";

test("slices are loaded from the current one outwards, the next before the previous", () => {
  expect(outwardFrom(2, 6)).toEqual([2, 3, 1, 4, 0, 5]);
  expect(outwardFrom(0, 3)).toEqual([0, 1, 2]);
  expect(outwardFrom(2, 3)).toEqual([2, 1, 0]);
});

test("every slice is loaded exactly once, nearer ones never later", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (count, seed) => {
      const current = seed % count;
      const order = outwardFrom(current, count);
      expect([...order].sort((one, other) => one - other)).toEqual(
        Array.from({ length: count }, (_, index) => index),
      );
      const distances = order.map((index) => Math.abs(index - current));
      expect(distances).toEqual([...distances].sort((one, other) => one - other));
    }),
  );
});

test.each([
  [0.7, 0.5],
  [1, 1],
  [49.9, 20],
  [50, 50],
  [130, 100],
])("the longest round length within %d is %d", (longest, length) => {
  expect(roundLength(longest)).toBeCloseTo(length, 12);
});

test("a failed image says why in words, whatever Cornerstone rejected with", () => {
  expect(loadErrorText({ status: 401 })).toMatch("signed out");
  expect(loadErrorText({ error: { status: 404 } })).toMatch("not there");
  expect(loadErrorText({ status: 0 })).toMatch("cannot be reached");
  expect(loadErrorText(new Error("bad codestream"))).toMatch("bad codestream");
});
