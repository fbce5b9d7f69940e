import { expect, test } from "vitest";
import { asOneLesion, isSameGrouping } from "./lesionGroups";

const groups = [["a", "b"], ["c"], ["d", "e"]];

test.each([
  ["splits one off", ["a"], [["b"], ["c"], ["d", "e"], ["a"]]],
  [
    "joins two lesions",
    ["a", "b", "c"],
    [
      ["d", "e"],
      ["a", "b", "c"],
    ],
  ],
  ["moves a mark", ["b", "c"], [["a"], ["d", "e"], ["b", "c"]]],
])("making chosen marks one lesion %s", (_what, chosen, expected) => {
  expect(asOneLesion(groups, new Set(chosen))).toEqual(expected);
});

test("the order of lesions and marks says nothing", () => {
  expect(isSameGrouping(groups, [["e", "d"], ["c"], ["b", "a"]])).toBe(true);
  expect(isSameGrouping(groups, asOneLesion(groups, new Set(["a", "b"])))).toBe(true);
  expect(isSameGrouping(groups, asOneLesion(groups, new Set(["a"])))).toBe(false);
});
