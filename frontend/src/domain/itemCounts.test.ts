import { expect, it } from "vitest";
import { itemCounts } from "./itemCounts";

it("counts every case once", () => {
  const items = [
    { state: "SUCCEEDED", is_refused: false },
    { state: "FAILED", is_refused: true },
    { state: "FAILED", is_refused: true },
    { state: "FAILED", is_refused: false },
  ];
  expect(itemCounts(items)).toBe(
    "4 cases: 1 predicted, 2 outside the input specification, 1 could not be analysed",
  );
  expect(itemCounts([...items, { state: "PENDING", is_refused: false }])).toMatch(
    /^5 cases: .*, 1 not done$/,
  );
});
