import { expect, test } from "vitest";
import { rebased } from "./selection";

test("a change made to an old list is made to the present one", () => {
  // One case was added and one taken out while others were drawn.
  expect(rebased(["a", "b"], ["a", "c"], ["d", "b", "a"])).toEqual(["d", "a", "c"]);
});

test("without a change of one's own the present list stands, and nothing is in it twice", () => {
  expect(rebased(["a"], ["a"], ["b", "c"])).toEqual(["b", "c"]);
  expect(rebased([], ["a", "b"], ["b"])).toEqual(["b", "a"]);
  expect(rebased(["a"], [], ["a"])).toEqual([]);
});
