import { describe, expect, test } from "vitest";
import { type GreyImage, valuesUnder } from "./pixelStatistics";

/** Values that say where they are: 100 * row + column. */
const PLACE: GreyImage = {
  columns: 40,
  rows: 30,
  values: Float32Array.from({ length: 1200 }, (_, index) => 100 * Math.floor(index / 40) + (index % 40)),
  unit: "HU",
  row_mm: 1,
  column_mm: 1,
};

test("a probe reads the pixel whose centre is nearest", () => {
  expect(valuesUnder("PROBE", [[7.4, 2.6]], PLACE)).toEqual({ value: 307, unit: "HU" });
  expect(valuesUnder("PROBE", [[40, 2]], PLACE)).toEqual({});
});

test("numbers that a payload cannot hold are no measurement", () => {
  const huge = { ...PLACE, values: Float32Array.from(PLACE.values), unit: "raw" };
  huge.values[3 * 40 + 7] = 2e10;
  expect(valuesUnder("PROBE", [[7, 3]], huge)).toEqual({});
  const around: [number, number][] = [
    [6.5, 2.5],
    [8.5, 2.5],
    [8.5, 4.5],
    [6.5, 4.5],
  ];
  expect(valuesUnder("RECTANGLE", around, huge)).toEqual({});
  expect(valuesUnder("RECTANGLE", around, PLACE)).toMatchObject({ min: 307, max: 408 });
});

test("a rectangle from 9.5 to 12.5 and 4.5 to 6.5 covers six pixels", () => {
  const corners = [
    [9.5, 4.5],
    [12.5, 4.5],
    [12.5, 6.5],
    [9.5, 6.5],
  ] as const;
  // 510, 511, 512, 610, 611, 612: mean 561; variance 50² + 2/3.
  expect(valuesUnder("RECTANGLE", [...corners], PLACE)).toEqual({
    mean: 561,
    sd: 50.007,
    min: 510,
    max: 612,
    unit: "HU",
  });
});

test("a contour covers what the same rectangle does, whichever way round", () => {
  const corners = [
    [9.5, 4.5],
    [12.5, 4.5],
    [12.5, 6.5],
    [9.5, 6.5],
  ] as const;
  const rectangle = valuesUnder("RECTANGLE", [...corners], PLACE);
  expect(valuesUnder("FREEHAND", [...corners].reverse(), PLACE)).toEqual(rectangle);
});

describe("round shapes count the pixels that their equation holds for", () => {
  const ONES = { ...PLACE, values: new Float32Array(1200).map((_, index) => index % 2) };
  const meanOver = (contains: (column: number, row: number) => boolean) => {
    const inside = Array.from({ length: 1200 }, (_, index) => index).filter((index) =>
      contains(index % 40, Math.floor(index / 40)),
    );
    return inside.filter((index) => index % 2 === 1).length / inside.length;
  };

  test("an ellipse", () => {
    const ends = [
      [20, 20],
      [20, 8],
      [11, 14],
      [29, 14],
    ] as const;
    const expected = meanOver((column, row) => ((column - 20) / 9) ** 2 + ((row - 14) / 6) ** 2 <= 1);
    expect(valuesUnder("ELLIPSE", [...ends], ONES).mean).toBeCloseTo(expected, 3);
  });

  test("a circle in the patient is an ellipse of pixels that are not square", () => {
    const image = { ...ONES, row_mm: 2, column_mm: 0.5 };
    // Radius 5 mm: ten columns, two and a half rows.
    const expected = meanOver((column, row) => ((column - 20) / 10) ** 2 + ((row - 14) / 2.5) ** 2 <= 1);
    expect(
      valuesUnder(
        "CIRCLE",
        [
          [20, 14],
          [30, 14],
        ],
        image,
      ).mean,
    ).toBeCloseTo(expected, 3);
  });
});

test("outside the image, and under a line, there is nothing", () => {
  expect(
    valuesUnder(
      "CIRCLE",
      [
        [100, 100],
        [105, 100],
      ],
      PLACE,
    ),
  ).toEqual({});
  expect(
    valuesUnder(
      "LENGTH",
      [
        [1, 1],
        [5, 5],
      ],
      PLACE,
    ),
  ).toEqual({});
});
