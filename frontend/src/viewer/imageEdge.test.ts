import { expect, test } from "vitest";
import type { MarkKind } from "@/domain/labelSchema";
import type { PixelPoint } from "@/domain/payload";
import {
  extentOfImage,
  extentOfMark,
  extentOfPoints,
  followersOnImage,
  type ImageSize,
  isOnImage,
  onImage,
  shiftOnImage,
} from "./imageEdge";

/** Twice as wide as high, of pixels that are not square. */
const SIZE: ImageSize = { columns: 200, rows: 100, spacing: { row_mm: 2, column_mm: 0.5 } };

/** The same numbers in every run (Park and Miller's generator). */
function numbers(): () => number {
  let seed = 20_240_117;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

test("a point outside goes to the border of the outermost pixels, one inside stays", () => {
  expect(onImage([500, 40], SIZE)).toEqual([expect.closeTo(199.5, 2), 40]);
  expect(onImage([-7, 250], SIZE)).toEqual([expect.closeTo(-0.5, 2), expect.closeTo(99.5, 2)]);
  expect(onImage([12.25, 0], SIZE)).toEqual([12.25, 0]);
  // Whoever rounds the place at the edge finds a pixel.
  expect(onImage([500, 500], SIZE).map(Math.round)).toEqual([199, 99]);
});

test("what is moved stops with its foremost point at the edge", () => {
  const moved = { least: [150, 10] as const, most: [190, 20] as const };
  expect(shiftOnImage([100, 5], moved, SIZE)).toEqual([expect.closeTo(9.5, 2), 5]);
  expect(shiftOnImage([0, -40], moved, SIZE)).toEqual([0, expect.closeTo(-10.5, 2)]);
});

test("what lies outside already goes no further out, and comes back", () => {
  const outside = { least: [180, 10] as const, most: [260, 20] as const };
  expect(shiftOnImage([30, 0], outside, SIZE)).toEqual([0, 0]);
  expect(shiftOnImage([-30, 0], outside, SIZE)).toEqual([-30, 0]);
});

test("a circle grows until its line meets the nearest edge, in millimetres", () => {
  // 20 columns of 0.5 mm to the left edge, 40 rows of 2 mm to the upper one: the left one is nearer.
  const [centre, rim] = followersOnImage(
    "CIRCLE",
    [
      [19.5, 39.5],
      [19.5, 90],
    ] as PixelPoint[],
    SIZE,
  );
  expect(centre).toEqual([19.5, 39.5]);
  expect(rim).toEqual([19.5, expect.closeTo(39.5 + 10 / 2, 2)]);
});

test("the other side of an ellipse stays on the image", () => {
  const drawn: PixelPoint[] = [
    [10, 20],
    [10, 60],
    [-30, 40],
    [50, 40],
  ];
  expect(followersOnImage("ELLIPSE", drawn, SIZE)).toEqual([
    [10, 20],
    [10, 60],
    [expect.closeTo(-0.5, 2), 40],
    [expect.closeTo(20.5, 2), 40],
  ]);
});

test("a short axis is cut off where it leaves the image, along its own line", () => {
  const drawn: PixelPoint[] = [
    [20, 10],
    [80, 10],
    [50, -10],
    [50, 30],
  ];
  expect(followersOnImage("BIDIRECTIONAL", drawn, SIZE)).toEqual([
    [20, 10],
    [80, 10],
    [50, expect.closeTo(-0.5, 2)],
    [50, 30],
  ]);
});

test("whatever is drawn from a point of the image to another one, all of it lies on the image", () => {
  const next = numbers();
  const anyOn = (): PixelPoint => onImage([next() * 260 - 30, next() * 160 - 30], SIZE);
  const least = extentOfImage(SIZE);
  for (let round = 0; round < 500; round += 1) {
    const [from, to] = [anyOn(), anyOn()];
    const [across, down] = [to[0] - from[0], to[1] - from[1]];
    const drawn: Partial<Record<MarkKind, PixelPoint[]>> = {
      CIRCLE: [from, to],
      ELLIPSE: [
        [from[0], from[1] - down],
        [from[0], from[1] + down],
        [from[0] - across, from[1]],
        [from[0] + across, from[1]],
      ],
      BIDIRECTIONAL: [
        from,
        to,
        [from[0] + across / 2 + down, from[1] + down / 2 - across],
        [from[0] + across / 2 - down, from[1] + down / 2 + across],
      ],
    };
    for (const [kind, points] of Object.entries(drawn) as [MarkKind, PixelPoint[]][]) {
      const extent = extentOfMark(kind, followersOnImage(kind, points, SIZE), SIZE);
      for (const axis of [0, 1] as const) {
        expect(extent.least[axis], kind).toBeGreaterThanOrEqual(least.least[axis] - 1e-9);
        expect(extent.most[axis], kind).toBeLessThanOrEqual(least.most[axis] + 1e-9);
      }
      // What lay on the image is left exactly as it was drawn.
      const reaches = extentOfMark(kind, points, SIZE);
      if (isOnImage(reaches.least, SIZE) && isOnImage(reaches.most, SIZE)) {
        expect(followersOnImage(kind, points, SIZE)).toEqual(points);
      }
    }
    const moved = extentOfPoints([from, to]);
    const [x, y] = shiftOnImage([next() * 900 - 450, next() * 900 - 450], moved, SIZE);
    expect(isOnImageNearly([moved.least[0] + x, moved.least[1] + y])).toBe(true);
    expect(isOnImageNearly([moved.most[0] + x, moved.most[1] + y])).toBe(true);
  }
});

function isOnImageNearly([column, row]: PixelPoint): boolean {
  const [near, at] = onImage([column, row], SIZE);
  return Math.hypot(column - near, row - at) < 1e-9;
}
