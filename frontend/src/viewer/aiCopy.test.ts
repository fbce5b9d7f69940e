// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import { describe, expect, it, test } from "vitest";
import { MARK_KINDS } from "@/domain/markKinds";
import type { Geometry, PatientMm, SphereGeometry } from "@/domain/payload";
import { parsedSegment } from "@/domain/segments";
import { copyOfAiMark } from "./aiCopy";
import { fromPayload } from "./fromPayload";
import type { Slice } from "./slices";

/** Axial slices of 0.5 mm columns, 0.8 mm rows, 2 mm apart; the first pixel's centre at (-50, -40, z). */
const SLICES = [0, 2, 4, 6].map((z, index): Slice => {
  const slice = {
    imageId: `image ${index}`,
    sopInstanceUid: `1.2.${index}`,
    seriesInstanceUid: "1.2",
    frameNumber: 1,
    frameOfReferenceUid: "1.9",
    modality: "CT",
    isColour: false,
    plane: {
      columns: 200,
      rows: 100,
      spacing: { row_mm: 0.8, column_mm: 0.5 },
      position: [-50, -40, z] as const,
      orientation: { row: [1, 0, 0] as const, column: [0, 1, 0] as const },
    },
    window: null,
  };
  return slice as unknown as Slice;
});

const SPHERE: SphereGeometry = { kind: "SPHERE", center_mm: [10, -5, 4.4], diameter_mm: 8 };

describe("an AI's sphere as the reader's own mark", () => {
  it("is the ellipse of its diameter on the slice nearest its centre", () => {
    const copy = copyOfAiMark(SPHERE, SLICES, ["ELLIPSE", "POINT"]);
    expect(copy?.geometry).toMatchObject({ kind: "ELLIPSE", sop_instance_uid: "1.2.2", frame_number: 1 });
    expect(copy?.geometry.points_mm).toEqual([
      [10, -1, 4],
      [10, -9, 4],
      [6, -5, 4],
      [14, -5, 4],
    ]);
    expect(copy?.measurements).toMatchObject({ width_mm: 8, height_mm: 8 });
    // A circle of 8 mm: 16 pi.
    expect(copy?.measurements.area_mm2).toBeCloseTo(16 * Math.PI, 2);
  });

  it("is the square around it, its diameter or its centre where the form allows no ellipse", () => {
    const square = copyOfAiMark(SPHERE, SLICES, ["POINT", "LENGTH", "RECTANGLE"]);
    expect(square?.measurements).toMatchObject({ width_mm: 8, height_mm: 8, area_mm2: 64 });
    const length = copyOfAiMark(SPHERE, SLICES, ["POINT", "LENGTH"]);
    expect(length?.measurements).toEqual({ length_mm: 8 });
    const point = copyOfAiMark(SPHERE, SLICES, ["POINT"]);
    expect(point?.geometry.points_mm).toEqual([[10, -5, 4]]);
  });

  it("is none on a series that does not reach it, or of another frame of reference, or without a fitting kind", () => {
    expect(copyOfAiMark({ ...SPHERE, center_mm: [10, -5, 40] }, SLICES, ["ELLIPSE"])).toBeNull();
    expect(copyOfAiMark({ ...SPHERE, frame_of_reference_uid: "1.8" }, SLICES, ["ELLIPSE"])).toBeNull();
    expect(copyOfAiMark(SPHERE, SLICES, [])).toBeNull();
  });
});

describe("an AI's flat mark", () => {
  const place = {
    frame_of_reference_uid: "1.9",
    sop_instance_uid: "1.2.1",
    series_instance_uid: "1.2",
    frame_number: 1,
  };
  const rectangle = {
    kind: "RECTANGLE" as const,
    points_mm: [[0, 0, 2] as const, [6, 0, 2] as const, [6, 4, 2] as const, [0, 4, 2] as const],
    ...place,
  };

  it("keeps its points where its kind is allowed", () => {
    expect(copyOfAiMark(rectangle, SLICES, ["POINT", "RECTANGLE"])?.geometry.points_mm).toEqual(
      rectangle.points_mm,
    );
  });

  it("becomes the ellipse inside a rectangle, or its middle", () => {
    const ellipse = copyOfAiMark(rectangle, SLICES, ["ELLIPSE"]);
    expect(ellipse?.measurements).toMatchObject({ width_mm: 6, height_mm: 4 });
    expect(copyOfAiMark(rectangle, SLICES, ["POINT"])?.geometry.points_mm).toEqual([[3, 2, 2]]);
  });

  it("without its image lies on the slice nearest to its points, and on none beyond the stack", () => {
    const flat = (z: number) => ({
      kind: "RECTANGLE" as const,
      points_mm: [[0, 0, z] as const, [6, 0, z] as const, [6, 4, z] as const, [0, 4, z] as const],
      frame_of_reference_uid: null,
      sop_instance_uid: "",
      series_instance_uid: "",
      frame_number: 1,
    });
    const sliceAt = (z: number) => copyOfAiMark(flat(z), SLICES, ["RECTANGLE"])?.geometry.sop_instance_uid;
    expect([sliceAt(2), sliceAt(2.9), sliceAt(6.9), sliceAt(-1)]).toEqual([
      "1.2.1",
      "1.2.1",
      "1.2.3",
      "1.2.0",
    ]);
    expect([sliceAt(7.2), sliceAt(-1.2)]).toEqual([undefined, undefined]);
  });
});

describe("an AI's contour", () => {
  // An L of 6 x 6 mm without its 3 x 3 mm corner: 27 mm2, its centre of area at (2.5, 2.5).
  const line: PatientMm[] = [
    [0, 0, 4.3],
    [6, 0, 4.3],
    [6, 3, 4.3],
    [3, 3, 4.3],
    [3, 6, 4.3],
    [0, 6, 4.3],
  ];
  const contour = { kind: "FREEHAND", points_mm: line, frame_of_reference_uid: "1.9" } as Geometry;

  it("is the reader's own contour on the slice it lies nearest to", () => {
    const copy = copyOfAiMark(contour, SLICES, ["POINT", "FREEHAND"]);
    expect(copy?.geometry).toMatchObject({ kind: "FREEHAND", sop_instance_uid: "1.2.2", frame_number: 1 });
    expect(copy?.geometry.points_mm).toEqual(line.map(([x, y]) => [x, y, 4]));
    expect(copy?.measurements).toEqual({ area_mm2: 27, perimeter_mm: 24 });
  });

  it("is the rectangle around it, its longest diameter or its centre of area where the form has no contour", () => {
    const rectangle = copyOfAiMark(contour, SLICES, ["RECTANGLE", "LENGTH"]);
    expect(rectangle?.measurements).toMatchObject({ width_mm: 6, height_mm: 6 });
    // From (6, 0) to (0, 6): the square root of 72.
    expect(copyOfAiMark(contour, SLICES, ["LENGTH"])?.measurements.length_mm).toBeCloseTo(72 ** 0.5, 3);
    expect(copyOfAiMark(contour, SLICES, ["POINT"])?.geometry.points_mm).toEqual([[2.5, 2.5, 4]]);
  });

  it("lies on no slice that it is tilted against, and on none beyond the stack", () => {
    const tilted = { ...contour, points_mm: line.map(([x, y]): PatientMm => [x, y, 2 + x / 2]) };
    const coronal = { ...contour, points_mm: line.map(([x, y]): PatientMm => [x, 0, y / 2]) };
    const beyond = { ...contour, points_mm: line.map(([x, y]): PatientMm => [x, y, 9]) };
    for (const one of [tilted, coronal, beyond]) {
      expect(copyOfAiMark(one, SLICES, ["FREEHAND"])).toBeNull();
      expect(fromPayload(one, SLICES, 0)).toEqual([]);
    }
  });
});

describe("an AI's box", () => {
  // 6 x 4 x 3 mm from z = 1.5 to 4.5: it reaches the slices at 2 and 4, its middle is at 3.
  const corner: PatientMm = [0, 0, 1.5];
  const ends: PatientMm[] = [
    [6, 0, 1.5],
    [0, 4, 1.5],
    [0, 0, 4.5],
  ];
  const box = (order: number[]) =>
    ({ kind: "BOX", points_mm: [corner, ...order.map((index) => ends[index])] }) as unknown as Geometry;

  it.each([[[0, 1, 2]], [[2, 0, 1]], [[0, 2, 1]]])(
    "lies on each slice it reaches, edges in order %s",
    (order) => {
      const placed = fromPayload(box(order), SLICES, 0);
      expect(placed.map(({ slice }) => slice.sopInstanceUid)).toEqual(["1.2.1", "1.2.2"]);
      for (const { worldPoints, slice } of placed) {
        const z = slice.plane.position?.[2] ?? 0;
        // Cornerstone has a rectangle's corners row by row.
        expect(worldPoints).toEqual([
          [0, 0, z],
          [6, 0, z],
          [0, 4, z],
          [6, 4, z],
        ]);
      }
      const copy = copyOfAiMark(box(order), SLICES, ["BOX", "RECTANGLE"]);
      expect(copy?.geometry.points_mm?.[3]).toEqual([0, 0, 4.5]);
      expect(copy?.measurements).toMatchObject({ width_mm: 6, height_mm: 4, depth_mm: 3, volume_mm3: 72 });
      expect(["1.2.1", "1.2.2"]).toContain(copy?.geometry.sop_instance_uid);
    },
  );

  it("is its rectangle on one slice where the form has no box", () => {
    const copy = copyOfAiMark(box([0, 1, 2]), SLICES, ["RECTANGLE"]);
    expect(copy?.measurements).toMatchObject({ width_mm: 6, height_mm: 4, area_mm2: 24 });
    expect(copyOfAiMark(box([0, 1, 2]), SLICES, ["POINT"])?.geometry.points_mm?.[0]?.slice(0, 2)).toEqual([
      3, 2,
    ]);
  });

  it("that is turned against the slices lies on none", () => {
    const turned = {
      kind: "BOX",
      points_mm: [
        [0, 0, 2],
        [4, 0, 4],
        [0, 4, 2],
        [-2, 0, 6],
      ],
    } as unknown as Geometry;
    expect(fromPayload(turned, SLICES, 0)).toEqual([]);
    expect(copyOfAiMark(turned, SLICES, ["BOX", "POINT"])).toBeNull();
  });
});

describe("an AI's mark in pixels of a radiograph", () => {
  const spacing = { row_mm: 0.2, column_mm: 0.1 };
  const radiograph = (calibration: object) =>
    ({
      ...SLICES[0],
      sopInstanceUid: "1.5.1",
      seriesInstanceUid: "1.5",
      frameOfReferenceUid: null,
      plane: { columns: 900, rows: 700, spacing: null, position: null, orientation: null },
      frame: { calibration, regions: [] },
    }) as unknown as Slice;
  const rectangle = {
    kind: "RECTANGLE",
    points_px: [
      [100, 50],
      [160, 50],
      [160, 90],
      [100, 90],
    ],
    sop_instance_uid: "1.5.1",
  } as unknown as Geometry;

  it("keeps its pixels, and is measured by the calibration of the image", () => {
    const copy = copyOfAiMark(rectangle, [radiograph({ spacing, kind: "DETECTOR" })], ["RECTANGLE"]);
    expect(copy?.geometry).toMatchObject({
      points_mm: null,
      points_px: rectangle.points_px,
      spacing_mm: [0.2, 0.1],
      calibration: "DETECTOR",
    });
    expect(copy?.measurements).toEqual({ width_mm: 6, height_mm: 8, area_mm2: 48, perimeter_mm: 28 });
  });

  it("has no millimetres where the image has none", () => {
    const copy = copyOfAiMark(
      rectangle,
      [radiograph({ spacing: null, refusal: "NO_SPACING" })],
      ["RECTANGLE"],
    );
    expect(copy?.geometry.spacing_mm).toBeUndefined();
    expect(copy?.measurements).toEqual({});
  });

  it("gets its place in the patient where the image has one", () => {
    const onSlice = { ...rectangle, sop_instance_uid: "1.2.3" };
    expect(copyOfAiMark(onSlice, SLICES, ["RECTANGLE"])?.geometry.points_mm?.[0]).toEqual([0, 0, 6]);
  });
});

describe("the findings that the portal takes", () => {
  // The same files as tests/inference/test_finding_geometry.py reads.
  const ROOT = join(import.meta.dirname, "../../..");
  const load = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  const isFinding = new Ajv2020({ strict: false })
    .addSchema(load("portal/imaging/schemas/segment-1.schema.json"))
    .compile(load("portal/inference/schemas/ai-finding.schema.json"));
  const valid = Object.entries(load("tests/shared_examples/ai_findings/valid.json"));
  const invalid = Object.entries(load("tests/shared_examples/ai_findings/invalid.json"));
  const oblique = {
    ...SLICES[0],
    sopInstanceUid: "1.2.9",
    plane: {
      ...SLICES[0]?.plane,
      position: [0, 0, 0],
      orientation: { row: [1, 0, 0], column: [0, 0.8, 0.6] },
    },
  } as unknown as Slice;

  test.each(valid)("%s is shown and can be accepted", (_name, finding) => {
    expect(isFinding(finding)).toBe(true);
    const { geometry } = finding as { geometry: Geometry | { kind: "SEGMENT"; segment: unknown } };
    if (geometry.kind === "SEGMENT") {
      // The form of a reader's own: parsed like one.
      expect(parsedSegment(JSON.stringify(geometry.segment)).slices.size).toBeGreaterThan(0);
      return;
    }
    const stack = [...SLICES, oblique];
    expect(fromPayload(geometry, stack, 0).length).toBeGreaterThan(0);
    expect(copyOfAiMark(geometry, stack, MARK_KINDS)).not.toBeNull();
  });

  test.each(invalid)("%s is refused", (_name, example) => {
    const { finding, refused_by } = example as { finding: unknown; refused_by: string };
    expect(isFinding(finding)).toBe(refused_by === "rules");
  });
});
