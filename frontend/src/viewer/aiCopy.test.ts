import { describe, expect, it } from "vitest";
import type { SphereGeometry } from "@/domain/payload";
import { copyOfAiMark } from "./aiCopy";
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
