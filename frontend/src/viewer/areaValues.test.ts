import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PixelPoint } from "@/domain/payload";
import type { GreyImage } from "@/domain/pixelStatistics";
import { areaValues, RestingValues } from "./areaValues";

const SIDE = 1000;

/** The value of a pixel is its column; `reads` counts how often any is looked at. */
function columnsImage(): { image: GreyImage; reads: () => number } {
  let count = 0;
  const values = new Proxy({ length: SIDE * SIDE } as ArrayLike<number>, {
    get: (_, name) => {
      count += 1;
      return Number(name) % SIDE;
    },
  });
  const image = { columns: SIDE, rows: SIDE, values, unit: "HU", row_mm: 1, column_mm: 1 };
  return { image, reads: () => count };
}

/** Columns 0 to `columns` - 1 of all rows. */
const across = (columns: number): PixelPoint[] => [
  [-0.5, -0.5],
  [columns - 0.5, -0.5],
  [columns - 0.5, SIDE - 0.5],
  [-0.5, SIDE - 0.5],
];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a large area that grows is summed up when it rests, once, and then stays known", () => {
  const onReady = vi.fn();
  const resting = new RestingValues(onReady);
  const { image, reads } = columnsImage();
  const drawn = {};
  for (const columns of [600, 700, 801]) {
    expect(resting.of(drawn, "RECTANGLE", across(columns), image)).toBeNull();
    vi.advanceTimersByTime(100);
  }
  expect([reads(), onReady.mock.calls.length]).toEqual([0, 0]);
  vi.advanceTimersByTime(100);
  expect(onReady).toHaveBeenCalledTimes(1);
  expect(reads()).toBe(801 * SIDE);
  // The mean of 0 to 800 is 400, the deviation of n whole numbers in a row is the root of (n² - 1) / 12.
  const expected = { mean: 400, sd: expect.closeTo(Math.sqrt((801 ** 2 - 1) / 12), 3), min: 0, max: 800 };
  expect(resting.of(drawn, "RECTANGLE", across(801), image)).toMatchObject(expected);
  expect(areaValues("RECTANGLE", across(801), image)).toMatchObject(expected);
  expect(reads()).toBe(801 * SIDE);
});

test("a small area is summed up at once", () => {
  const { image } = columnsImage();
  const resting = new RestingValues(() => undefined);
  expect(resting.of({}, "RECTANGLE", across(201), image)).toMatchObject({ mean: 100, min: 0, max: 200 });
});

test("nothing is summed up for images that have been closed", () => {
  const onReady = vi.fn();
  const resting = new RestingValues(onReady);
  const { image, reads } = columnsImage();
  resting.of({}, "RECTANGLE", across(900), image);
  resting.destroy();
  vi.advanceTimersByTime(1000);
  expect([reads(), onReady.mock.calls.length]).toEqual([0, 0]);
});
