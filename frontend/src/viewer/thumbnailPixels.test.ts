import { expect, test } from "vitest";
import { type SourcePixels, thumbnailPixels } from "./thumbnailPixels";

const grey = (values: number[], columns: number, rows: number, pixelAspect = 1): SourcePixels => ({
  values,
  columns,
  rows,
  channels: 1,
  pixelAspect,
});
const reds = (pixels: Uint8ClampedArray) => [...pixels].filter((_, index) => index % 4 === 0);
const RANGE = { lower: 0, upper: 100 };

test("values run through the window from black to white", () => {
  expect(reds(thumbnailPixels(grey([0, 50, 100, 200], 2, 2), RANGE, false, 2))).toEqual([0, 128, 255, 255]);
  expect(reds(thumbnailPixels(grey([0, 50, 100, 200], 2, 2), RANGE, true, 2))).toEqual([255, 128, 0, 0]);
});

test("a wide image keeps its shape between black bars", () => {
  const wide = grey([100, 100, 100, 100, 100, 100, 100, 100], 4, 2);
  const [bar, image] = [Array(4).fill(0), Array(8).fill(255)];
  expect(reds(thumbnailPixels(wide, RANGE, false, 4))).toEqual([...bar, ...image, ...bar]);
});

test("pixels twice as high as wide make a square of a wide matrix", () => {
  const shown = reds(thumbnailPixels(grey([100, 100, 100, 100], 4, 1, 4), RANGE, false, 4));
  expect(shown.every((value) => value === 255)).toBe(true);
});

test("colour stays colour", () => {
  const source: SourcePixels = { values: [255, 0, 10], columns: 1, rows: 1, channels: 3, pixelAspect: 1 };
  expect([...thumbnailPixels(source, { lower: 0, upper: 255 }, false, 1)]).toEqual([255, 0, 10, 255]);
});
