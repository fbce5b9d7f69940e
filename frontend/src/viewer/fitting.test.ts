import { expect, test } from "vitest";
import { chestWallNow, fitFactor, shiftToChestWall } from "./fitting";

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

test("a mammogram goes to the side of its chest wall, and with it when the reader turns or mirrors it", () => {
  const corners = [
    [100, 0],
    [300, 0],
    [300, 400],
    [100, 400],
  ];
  expect(shiftToChestWall(corners, 500, "LEFT")).toBe(-100);
  expect(shiftToChestWall(corners, 500, "RIGHT")).toBe(200);
  const hung = { chestWall: "RIGHT", isFlipped: true } as const;
  expect(chestWallNow(hung, { rotation: 0, flipHorizontal: true })).toBe("RIGHT");
  expect(chestWallNow(hung, { rotation: 0, flipHorizontal: false })).toBe("LEFT");
  expect(chestWallNow(hung, { rotation: 180, flipHorizontal: true })).toBe("LEFT");
  expect(chestWallNow(hung, { rotation: 90, flipHorizontal: true })).toBeNull();
});
