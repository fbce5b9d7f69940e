import { expect, test } from "vitest";
import { rebasedCases, withAdded, withEarlier, withJoined, withRemoved, withSplit } from "./caseSelection";

const CASES = [["a"], ["b"], ["c", "d"], ["e"]];

test("cases are added alone, and what is in a case already is not added again", () => {
  expect(withAdded(CASES, ["d", "f"])).toEqual([...CASES, ["f"]]);
});

test("what is taken out leaves its case, which is gone when nothing is left of it", () => {
  expect(withRemoved(CASES, ["a", "d"])).toEqual([["b"], ["c"], ["e"]]);
});

test("cases are joined where the first of them stands, in the order of the list, and split in place", () => {
  expect(withJoined(CASES, new Set(["e", "b"]))).toEqual([["a"], ["b", "e"], ["c", "d"]]);
  expect(withJoined(CASES, new Set(["c", "a"]))).toEqual([["a", "c", "d"], ["b"], ["e"]]);
  expect(withSplit(CASES, "c")).toEqual([["a"], ["b"], ["c"], ["d"], ["e"]]);
  expect(withSplit(withJoined(CASES, new Set(["a", "b"])), "a")).toEqual(CASES);
});

test("an imaging study goes one place forward in its case, and the first stays", () => {
  expect(withEarlier([["a", "b", "c"]], "c")).toEqual([["a", "c", "b"]]);
  expect(withEarlier([["a", "b", "c"]], "b")).toEqual([["b", "a", "c"]]);
  expect(withEarlier([["a", "b", "c"]], "a")).toEqual([["a", "b", "c"]]);
});

test("a change made to an old list is made to the present one", () => {
  // Two were joined and one added while another was added and one taken out elsewhere.
  expect(rebasedCases([["a"], ["b"], ["c"]], [["a", "b"], ["c"], ["d"]], [["a"], ["b"], ["e"]])).toEqual([
    ["e"],
    ["a", "b"],
    ["d"],
  ]);
});

test("what was joined both here and elsewhere is joined as it was here, and nothing is in two cases", () => {
  expect(rebasedCases([["a"], ["b"], ["c"]], [["a", "b"], ["c"]], [["a"], ["b", "c"]])).toEqual([
    ["c"],
    ["a", "b"],
  ]);
});

test("without a change of one's own the present list stands", () => {
  expect(rebasedCases([["a"]], [["a"]], [["b"], ["c", "d"]])).toEqual([["b"], ["c", "d"]]);
});
