import { expect, test } from "vitest";
import { agreeing, counted } from "./counted";

test("one of a thing, and any other number", () => {
  expect([0, 1, 2].map((count) => counted(count, "case"))).toEqual(["0 cases", "1 case", "2 cases"]);
  expect(counted(2, "study", "studies")).toBe("2 studies");
  expect([1, 2].map((count) => agreeing(count, "is", "are"))).toEqual(["is", "are"]);
});
