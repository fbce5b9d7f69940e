import { describe, expect, test } from "vitest";
import { startAutosave } from "./autosave";
import { applyEdit } from "./edits";
import { exampleFinding } from "./examples";
import { EMPTY_PAYLOAD, type SegmentGeometry } from "./payload";
import { polygonMask } from "./polygonMask";
import {
  colourNumbers,
  FIRST_SETTINGS,
  growthRange,
  nextOpacity,
  OPACITIES,
  orderedRange,
  steppedRadius,
} from "./segmentTools";
import { reduceSession, startSession } from "./session";

const inside = (mask: Uint8Array) => mask.reduce((sum, value) => sum + value, 0);

describe("a closed line as voxels", () => {
  test("voxels whose centre lies inside", () => {
    const square = polygonMask(
      [
        [1.5, 0.5],
        [4.5, 0.5],
        [4.5, 2.5],
        [1.5, 2.5],
      ],
      6,
      4,
    );
    expect([...square.keys()].filter((index) => square[index] === 1)).toEqual([8, 9, 10, 14, 15, 16]);
  });

  test("a circle has its area, wherever it begins and however it turns", () => {
    const line = Array.from({ length: 200 }, (_, index) => {
      const angle = (2 * Math.PI * index) / 200;
      return [30 + 20 * Math.cos(angle), 30 + 20 * Math.sin(angle)] as const;
    });
    for (const one of [line, [...line].reverse(), [...line.slice(70), ...line.slice(0, 70)]]) {
      const area = inside(polygonMask(one, 60, 60));
      expect(Math.abs(area / (Math.PI * 400) - 1)).toBeLessThan(0.01);
    }
  });

  test("what lies outside of the image is cut off, and a line is no area", () => {
    const beyond = [
      [-10, -10],
      [50, -10],
      [50, 50],
      [-10, 50],
    ] as const;
    expect(inside(polygonMask(beyond, 6, 4))).toBe(24);
    expect(
      inside(
        polygonMask(
          [
            [1, 1],
            [3, 3],
          ],
          6,
          4,
        ),
      ),
    ).toBe(0);
  });
});

describe("strokes", () => {
  const geometry = (sha256: string): SegmentGeometry => ({
    kind: "SEGMENT",
    segment_id: "s",
    sha256,
    sop_instance_uid: "1.2.3.4",
    series_instance_uid: "1.2.3.5",
    frame_number: 1,
    frame_of_reference_uid: null,
    voxel_count: 1,
    spacing_mm: null,
  });
  const mark = { id: "m", geometry: geometry("a"), measurements: {} };
  const payload = applyEdit(EMPTY_PAYLOAD, {
    type: "finding_added",
    finding: exampleFinding("f", { marks: [mark] }),
  });

  test("each is a step of undo, however fast they follow each other", () => {
    const strokes = ["b", "c", "d"];
    let session = startSession(startAutosave(payload, 1, null));
    strokes.forEach((sha256, index) => {
      const edit = {
        type: "segment_painted",
        id: "m",
        change: { geometry: geometry(sha256) },
        base: "",
      } as const;
      session = reduceSession(session, { type: "edit", edit, at_ms: index * 50 });
    });
    for (const expected of ["c", "b", "a"]) {
      session = reduceSession(session, { type: "undo", at_ms: 500 });
      expect(session.save.payload.findings[0]?.marks[0]?.geometry).toMatchObject({ sha256: expected });
    }
  });
});

describe("how the tools are set", () => {
  test("the radius steps through sizes and stops at the ends", () => {
    expect(steppedRadius(5, 1)).toBe(6);
    expect(steppedRadius(5.5, -1)).toBe(5);
    expect(steppedRadius(50, 1)).toBe(50);
    expect(steppedRadius(0.5, -1)).toBe(0.5);
  });

  test("growing goes by the range, or by the value under the click", () => {
    expect(growthRange({ ...FIRST_SETTINGS, range: { lowest: 1, highest: 2 } }, 60)).toEqual({
      lowest: 1,
      highest: 2,
    });
    expect(growthRange({ ...FIRST_SETTINGS, tolerance: 50 }, 60)).toEqual({ lowest: 10, highest: 110 });
  });

  test("opacity goes round, and colours are numbers", () => {
    const round = OPACITIES.map((opacity) => nextOpacity(opacity));
    expect(round).toEqual([...OPACITIES.slice(1), OPACITIES[0]]);
    expect(colourNumbers("rgb(77, 195, 255)")).toEqual([77, 195, 255]);
  });
});

test("a range has its lower end first, however it was typed", () => {
  expect(orderedRange({ lowest: 120, highest: 0 })).toEqual({ lowest: 0, highest: 120 });
  expect(orderedRange({ lowest: -5, highest: 7 })).toEqual({ lowest: -5, highest: 7 });
});
