import { expect, test } from "vitest";
import { fitFactor } from "./fitting";

const rectangle = (width: number, height: number) => [
  [10, 20],
  [10 + width, 20],
  [10 + width, 20 + height],
  [10, 20 + height],
];

test("an image fills the pane in its tighter direction", () => {
  expect(fitFactor(rectangle(100, 50), 400, 400)).toBe(4);
  expect(fitFactor(rectangle(50, 100), 400, 300)).toBe(3);
});

test("without a size there is nothing to fit", () => {
  expect(fitFactor(rectangle(0, 0), 400, 400)).toBeNull();
  expect(fitFactor([], 400, 400)).toBeNull();
  expect(
    fitFactor(
      [
        [Number.NaN, 1],
        [2, 3],
      ],
      400,
      400,
    ),
  ).toBeNull();
});
