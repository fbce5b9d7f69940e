import { expect, test } from "vitest";
import { pageOf } from "./pages";

const ROWS = Array.from({ length: 250 }, (_, index) => index);

test("every row is on one page, in order", () => {
  const pages = [1, 2, 3].map((number) => pageOf(ROWS, number, 100));
  expect(pages.flatMap(({ rows }) => rows)).toEqual(ROWS);
  expect(pages.map(({ before, count }) => [before, count])).toEqual([
    [0, 3],
    [100, 3],
    [200, 3],
  ]);
});

test("a page that there is not is the nearest that there is", () => {
  expect(pageOf(ROWS, 9, 100).number).toBe(3);
  expect(pageOf(ROWS, 0, 100).number).toBe(1);
  expect(pageOf(ROWS, Number.NaN, 100).number).toBe(1);
  expect(pageOf([], 2, 100)).toEqual({ rows: [], number: 1, count: 1, before: 0 });
});
