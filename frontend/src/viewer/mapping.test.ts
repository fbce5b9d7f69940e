import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MarkKind } from "@/domain/labelSchema";
import { hasControls, MARK_KINDS, markKindRow } from "@/domain/markKinds";
import type { PatientMm, PixelPoint } from "@/domain/payload";
import type { Calibration } from "./calibration";
import { fromPayload } from "./fromPayload";
import {
  directionsOf,
  drawnPlane,
  edgeLetters,
  edgeLettersOf,
  type ImagePlane,
  toPatient,
  toPixel,
} from "./plane";
import { descriptionOf, type Slice } from "./slices";
import { type DrawnMark, type PixelOffset, toPayload } from "./toPayload";

const OBLIQUE: ImagePlane = {
  columns: 256,
  rows: 128,
  spacing: { row_mm: 0.5, column_mm: 0.8 },
  position: [-100, -60, 40],
  // A plane tilted by 30 degrees about the x axis: cos 30 = 0.8660254, sin 30 = 0.5.
  orientation: { row: [1, 0, 0], column: [0, Math.cos(Math.PI / 6), 0.5] },
};

const slice = (plane: ImagePlane): Slice => ({
  imageId: "wadors:x",
  sopInstanceUid: "1.2.1",
  seriesInstanceUid: "1.2.2",
  frameNumber: 1,
  frameOfReferenceUid: "1.2.3",
  modality: "CT",
  isColour: false,
  plane,
  window: null,
  frame: { ...descriptionOf({}, 0), calibration: calibrationOfPlane(plane) },
});

const SLAB = { from_mm: -2.5, to_mm: 2.5 };

/** A mark that is there; without pixel values. */
function drawn(kind: MarkKind, points: PatientMm[], on: Slice, offset: PixelOffset): DrawnMark {
  const controls = hasControls(kind) ? points : undefined;
  const mark = toPayload(kind, { points, controls }, { slice: on, offset, image: null, depth: SLAB });
  if (!mark) throw new Error(`No ${kind} came of it.`);
  return mark;
}

const calibrationOfPlane = ({ spacing }: ImagePlane): Calibration =>
  spacing ? { spacing, kind: "PATIENT" } : { spacing: null, refusal: "NO_SPACING" };

const WITHOUT_PLACE: ImagePlane = {
  columns: 640,
  rows: 480,
  spacing: null,
  position: null,
  orientation: null,
};

test("a pixel lies where PS3.3 C.7.6.2.1-1 puts it", () => {
  // 10 columns along x: 8 mm; 20 rows of 0.5 mm: 10 mm, of which cos 30 along y and sin 30 along z.
  const [x, y, z] = toPatient(drawnPlane(OBLIQUE), [10, 20]);
  expect(x).toBeCloseTo(-92, 9);
  expect(y).toBeCloseTo(-60 + 8.660254, 6);
  expect(z).toBeCloseTo(45, 9);
});

test("to the patient and back is the same pixel", () => {
  const coordinate = fc.double({ min: -500, max: 2000, noNaN: true });
  fc.assert(
    fc.property(coordinate, coordinate, (column, row) => {
      const [backColumn, backRow] = toPixel(
        drawnPlane(OBLIQUE),
        toPatient(drawnPlane(OBLIQUE), [column, row]),
      );
      expect(backColumn).toBeCloseTo(column, 6);
      expect(backRow).toBeCloseTo(row, 6);
    }),
  );
});

describe("toPayload", () => {
  const world = (plane: ImagePlane, ...pixels: PixelPoint[]): PatientMm[] =>
    pixels.map((pixel) => toPatient(drawnPlane(plane), pixel));

  test("a length is measured with both spacings", () => {
    // 30 columns x 0.8 mm = 24 mm and 20 rows x 0.5 mm = 10 mm: the 10-24-26 triangle.
    const { geometry, measurements } = drawn("LENGTH", world(OBLIQUE, [10, 10], [40, 30]), slice(OBLIQUE), 0);
    expect(measurements).toEqual({ length_mm: 26 });
    expect(geometry.points_mm).toHaveLength(2);
    expect(geometry.points_px).toBeUndefined();
    expect(geometry.sop_instance_uid).toBe("1.2.1");
  });

  test("a rectangle's corners go round it, and its area is width times height", () => {
    const rowByRow = world(OBLIQUE, [0, 0], [10, 0], [0, 20], [10, 20]);
    const { geometry, measurements } = drawn("RECTANGLE", rowByRow, slice(OBLIQUE), 0);
    // Within the micrometre that points are rounded to.
    expect(Object.keys(measurements)).toEqual(["width_mm", "height_mm", "area_mm2", "perimeter_mm"]);
    expect(measurements.width_mm).toBeCloseTo(8, 2);
    expect(measurements.height_mm).toBeCloseTo(10, 2);
    expect(measurements.area_mm2).toBeCloseTo(80, 1);
    expect(measurements.perimeter_mm).toBeCloseTo(36, 2);
    const corners = (geometry.points_mm ?? []).map((point) => toPixel(drawnPlane(OBLIQUE), point));
    expect(corners.map(([column, row]) => [Math.round(column), Math.round(row)])).toEqual([
      [0, 0],
      [10, 0],
      [10, 20],
      [0, 20],
    ]);
  });

  test("an ellipse of 8 x 10 mm has the area of its axes", () => {
    const ends = world(OBLIQUE, [5, 20], [5, 0], [0, 10], [10, 10]);
    const { measurements } = drawn("ELLIPSE", ends, slice(OBLIQUE), 0);
    expect(measurements.width_mm).toBeCloseTo(8, 2);
    expect(measurements.height_mm).toBeCloseTo(10, 2);
    expect(measurements.area_mm2).toBeCloseTo(62.832, 1);
  });

  test("an image without spacing gives pixels and no millimetre", () => {
    const { geometry, measurements } = drawn(
      "LENGTH",
      world(WITHOUT_PLACE, [3, 4], [6, 8]),
      slice(WITHOUT_PLACE),
      0,
    );
    expect(geometry.points_mm).toBeNull();
    expect(geometry.points_px).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(measurements).toEqual({});
  });

  test("the half pixel of CPU drawing is taken off", () => {
    const points = world(OBLIQUE, [10.5, 20.5]);
    const [point] = drawn("POINT", points, slice(OBLIQUE), 0.5).geometry.points_mm ?? [];
    expect(toPixel(drawnPlane(OBLIQUE), point ?? [0, 0, 0])[0]).toBeCloseTo(10, 2);
  });

  test("half a mark is none", () => {
    const surroundings = { slice: slice(OBLIQUE), offset: 0 as const, image: null, depth: null };
    expect(toPayload("LENGTH", { points: [[0, 0, 0]] }, surroundings)).toBeNull();
    const [a = [0, 0, 0], b = [0, 0, 0]] = world(OBLIQUE, [0, 0], [9, 9]);
    expect(toPayload("ANGLE", { points: [a, b] }, surroundings)).toBeNull();
    // A single slice has no depth, so a box on it has none either.
    expect(toPayload("BOX", { points: [a, b, a, b] }, surroundings)).toBeNull();
  });

  test("the longer axis is the long axis, whichever was drawn first", () => {
    const points = world(OBLIQUE, [10, 10], [20, 10], [15, 0], [15, 40]);
    const { measurements, geometry } = drawn("BIDIRECTIONAL", points, slice(OBLIQUE), 0);
    expect(measurements.long_axis_mm).toBeCloseTo(20, 2);
    expect(measurements.short_axis_mm).toBeCloseTo(8, 2);
    expect(geometry.points_mm?.[0]?.[0]).toBeCloseTo(15 * 0.8 - 100, 3);
  });

  test("a closed line names its first point once", () => {
    const points = world(OBLIQUE, [0, 0], [10, 0], [10, 10], [10, 10], [0, 0]);
    expect(drawn("FREEHAND", points, slice(OBLIQUE), 0).geometry.points_mm).toHaveLength(3);
  });
});

test("every kind comes back on the same voxels after being saved and loaded, drawn by GPU or CPU", () => {
  const kinds = fc.constantFrom(...MARK_KINDS);
  const pixel = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 127 }));
  const planes = fc.constantFrom(OBLIQUE, WITHOUT_PLACE);
  const pixels = fc.uniqueArray(pixel, { minLength: 4, maxLength: 4, selector: String });
  fc.assert(
    fc.property(kinds, pixels, planes, fc.boolean(), (kind, four, plane, isCpu) => {
      fc.pre(kind !== "BOX");
      const offset = isCpu ? 0.5 : 0;
      const points = four
        .slice(0, markKindRow(kind).most)
        .map((point) => toPatient(drawnPlane(plane), point));
      const { geometry } = drawn(kind, points, slice(plane), offset);
      const [placed] = fromPayload(geometry, [slice(plane)], offset);
      const again = drawn(kind, placed?.worldPoints ?? [], slice(plane), offset);
      const before = geometry.points_mm ?? geometry.points_px ?? [];
      const after = again.geometry.points_mm ?? again.geometry.points_px ?? [];
      expect(after).toHaveLength(before.length);
      before.forEach((point, index) => {
        point.forEach((coordinate, axis) => {
          expect(after[index]?.[axis as 0 | 1]).toBeCloseTo(coordinate, 2);
        });
      });
    }),
  );
});

describe("fromPayload", () => {
  const stack = [0, 1, 2].map((index) => ({
    ...slice({ ...OBLIQUE, orientation: { row: [1, 0, 0], column: [0, 1, 0] }, position: [0, 0, index * 5] }),
    sopInstanceUid: `1.2.1.${index}`,
  }));
  const sphere = {
    kind: "SPHERE" as const,
    center_mm: [20, 10, 6] as PatientMm,
    diameter_mm: 8,
    frame_of_reference_uid: "1.2.3",
  };

  test("a sphere without an instance is shown on the nearest slice as its circle", () => {
    const [placed] = fromPayload(sphere, stack, 0);
    expect(placed?.slice.sopInstanceUid).toBe("1.2.1.1");
    const [bottom, top, left, right] = placed?.worldPoints ?? [];
    expect((bottom?.[1] ?? 0) - (top?.[1] ?? 0)).toBeCloseTo(8, 9);
    expect((right?.[0] ?? 0) - (left?.[0] ?? 0)).toBeCloseTo(8, 9);
  });

  test("a sphere outside the stack or of another frame of reference is not shown", () => {
    expect(fromPayload({ ...sphere, center_mm: [0, 0, 60] }, stack, 0)).toEqual([]);
    expect(fromPayload({ ...sphere, frame_of_reference_uid: "9" }, stack, 0)).toEqual([]);
  });

  test("a sphere that names no frame of reference is placed by its position", () => {
    const [placed] = fromPayload({ ...sphere, frame_of_reference_uid: null }, stack, 0);
    expect(placed?.slice.sopInstanceUid).toBe("1.2.1.1");
  });

  test("a mark of another series is not placed", () => {
    const { geometry } = drawn("POINT", [[0, 0, 0]], slice(OBLIQUE), 0);
    expect(fromPayload({ ...geometry, sop_instance_uid: "elsewhere" }, stack, 0)).toEqual([]);
  });
});

test("letters of an axial, a coronal and an oblique image", () => {
  const axial = { ...OBLIQUE, orientation: { row: [1, 0, 0] as PatientMm, column: [0, 1, 0] as PatientMm } };
  expect(edgeLetters(axial)).toEqual({ left: "R", right: "L", top: "A", bottom: "P" });
  const coronal = {
    ...OBLIQUE,
    orientation: { row: [1, 0, 0] as PatientMm, column: [0, 0, -1] as PatientMm },
  };
  expect(edgeLetters(coronal)).toEqual({ left: "R", right: "L", top: "H", bottom: "F" });
  expect(edgeLetters(OBLIQUE)).toEqual({ left: "R", right: "L", top: "AF", bottom: "PH" });
  expect(edgeLetters(WITHOUT_PLACE)).toBeNull();
});

test("letters of an image that names its directions in words, turned and mirrored (PS3.3 C.7.6.1.1.1)", () => {
  const oblique = directionsOf(["A", "FR"]);
  if (!oblique) throw new Error("These are letters of a person.");
  expect(edgeLettersOf(oblique, [1, 0], [0, 1])).toEqual({ left: "P", right: "A", top: "HL", bottom: "FR" });
  // A quarter turn clockwise: what was the top is on the right.
  expect(edgeLettersOf(oblique, [0, -1], [1, 0])).toEqual({ left: "FR", right: "HL", top: "P", bottom: "A" });
  // Mirrored left and right.
  expect(edgeLettersOf(oblique, [-1, 0], [0, 1])).toEqual({ left: "A", right: "P", top: "HL", bottom: "FR" });
  // Missing, of an animal (C.7.6.1.1.1 too), or no letters at all.
  for (const words of [[], ["A"], ["CR", "D"], ["LE", "RT"], ["A", "f"]])
    expect(directionsOf(words)).toBeNull();
});
