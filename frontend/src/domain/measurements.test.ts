import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exampleFinding, exampleMark } from "./examples";
import type { MarkKind } from "./labelSchema";
import { markSummary, sizeLines } from "./markText";
import { contourVolume_mm3, sizesOf } from "./measurements";
import type { Geometry, PatientMm } from "./payload";

const geometry = (kind: MarkKind, points_mm: PatientMm[]): Geometry => ({
  ...exampleMark("m").geometry,
  kind,
  points_mm,
});

describe("sizes have the values of school geometry", () => {
  test("the 10-24-26 triangle", () => {
    expect(
      sizesOf(
        geometry("LENGTH", [
          [0, 0, 0],
          [24, 10, 0],
        ]),
      ),
    ).toEqual({ length_mm: 26 });
  });

  test("angles, whichever way the lines were drawn", () => {
    const arms: PatientMm[] = [
      [10, 0, 0],
      [0, 0, 0],
      [-10, 10, 0],
    ];
    expect(sizesOf(geometry("ANGLE", arms))).toEqual({ angle_deg: 135 });
    expect(
      sizesOf(
        geometry("COBB", [
          [0, 0, 0],
          [10, 0, 0],
          [0, 9, 0],
          [-10, 19, 0],
        ]),
      ),
    ).toEqual({ angle_deg: 45 });
    expect(
      sizesOf(
        geometry("COBB", [
          [0, 0, 0],
          [10, 0, 0],
          [0, 9, 0],
          [10, -1, 0],
        ]),
      ),
    ).toEqual({ angle_deg: 45 });
  });

  test("a circle of radius 5", () => {
    expect(
      sizesOf(
        geometry("CIRCLE", [
          [0, 0, 0],
          [3, 4, 0],
        ]),
      ),
    ).toEqual({
      diameter_mm: 10,
      area_mm2: 78.54,
      perimeter_mm: 31.416,
    });
  });

  test("a box", () => {
    const sizes = sizesOf(
      geometry("BOX", [
        [1, 1, 1],
        [11, 1, 1],
        [1, 21, 1],
        [1, 1, 16],
      ]),
    );
    expect(sizes).toEqual({ width_mm: 10, height_mm: 20, depth_mm: 15, volume_mm3: 3000 });
  });

  test("a triangle's area is Heron's, wherever it lies in space", () => {
    const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
    const point = fc.tuple(coordinate, coordinate, coordinate) as fc.Arbitrary<PatientMm>;
    fc.assert(
      fc.property(point, point, point, (a, b, c) => {
        const side = (p: PatientMm, q: PatientMm) => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        const [x, y, z] = [side(a, b), side(b, c), side(c, a)];
        const half = (x + y + z) / 2;
        const heron = Math.sqrt(Math.max(half * (half - x) * (half - y) * (half - z), 0));
        const sizes = sizesOf(geometry("FREEHAND", [a, b, c]));
        expect(sizes.area_mm2 ?? Number.NaN).toBeCloseTo(heron, 1);
        expect(sizes.perimeter_mm).toBeCloseTo(2 * half, 2);
      }),
    );
  });
});

test("without spacing there are pixels and no angle, and the text says so", () => {
  const place = { ...exampleMark("m").geometry, points_mm: null };
  const length: Geometry = {
    ...place,
    kind: "LENGTH",
    points_px: [
      [0, 0],
      [3, 4],
    ],
  };
  expect(sizesOf(length)).toEqual({});
  expect(sizeLines(length)).toEqual(["5.0 px"]);
  expect(sizeLines({ ...length, spacing_mm: [2, 2] })).toEqual(["10.0 mm"]);
  const angle: Geometry = {
    ...place,
    kind: "ANGLE",
    points_px: [
      [1, 0],
      [0, 0],
      [0, 1],
    ],
  };
  expect(sizeLines(angle)).toEqual(["no spacing: no angle"]);
});

test("the list says what a millimetre of the image means, as the image does", () => {
  const place = { ...exampleMark("m").geometry, points_mm: null, spacing_mm: [0.2, 0.2] as const };
  const length: Geometry = {
    ...place,
    kind: "LENGTH",
    points_px: [
      [0, 0],
      [30, 40],
    ],
    calibration: "DETECTOR",
  };
  const summary = (geometry: Geometry) => markSummary({ id: "m", geometry, measurements: sizesOf(geometry) });
  expect(summary(length)).toBe("Length · 10.0 mm at detector");
  expect(summary({ ...length, calibration: "MAGNIFICATION" })).toBe("Length · 10.0 mm");
  const angle: Geometry = {
    ...length,
    kind: "ANGLE",
    points_px: [
      [1, 0],
      [0, 0],
      [0, 1],
    ],
  };
  expect(summary(angle)).toBe("Angle · 90.0°");
});

describe("the volume of contours", () => {
  const square = (id: string, z: number, side: number): ReturnType<typeof exampleMark> => ({
    ...exampleMark(id),
    geometry: geometry("FREEHAND", [
      [0, 0, z],
      [side, 0, z],
      [side, side, z],
      [0, side, z],
    ]),
  });
  const volume = (...marks: ReturnType<typeof exampleMark>[]) =>
    contourVolume_mm3(exampleFinding("f", { marks }));

  test("a prism of 10 x 10 mm over three slices of 5 mm is 1500 mm³, in any order", () => {
    expect(volume(square("b", 5, 10), square("c", 10, 10), square("a", 0, 10))).toBe(1500);
  });

  test("unevenly spaced slices count half way to their neighbours", () => {
    // 2 mm for the first (1 out, 1 in), 1 + 3 for the second, 6 for the last.
    expect(volume(square("a", 0, 10), square("b", 2, 10), square("c", 8, 10))).toBe(1200);
  });

  test("one plane, or planes that are not parallel, enclose nothing", () => {
    expect(volume(square("a", 0, 10), square("b", 0, 20))).toBeNull();
    const upright = {
      ...exampleMark("u"),
      geometry: geometry("FREEHAND", [
        [0, 0, 0],
        [0, 9, 0],
        [0, 9, 9],
      ]),
    };
    expect(volume(square("a", 5, 10), upright)).toBeNull();
    expect(volume(exampleMark("point"))).toBeNull();
  });
});
