import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeSlice } from "./rle";
import { cornersAround } from "./segmentBounds";
import { paintSegments, type SegmentOverlay, sampledMask, type VoxelRaster } from "./segmentOverlay";
import { emptySegment, type Segment, withSlices } from "./segments";

const [COLUMNS, ROWS, SLICES] = [7, 5, 4];

/** A segment of the voxels for which `isInside` holds, slices named s0, s1 … */
function segmentOf(isInside: (column: number, row: number, slice: number) => boolean): Segment {
  const slices = Array.from({ length: SLICES }, (_, slice) => {
    const mask = Array.from({ length: COLUMNS * ROWS }, (_, at) =>
      isInside(at % COLUMNS, Math.floor(at / COLUMNS), slice) ? 1 : 0,
    );
    return { sopInstanceUid: `s${slice}`, frameNumber: 1, counts: encodeSlice(mask) };
  });
  return withSlices(emptySegment("1.2", ROWS, COLUMNS), slices);
}

const KEYS = Array.from({ length: SLICES }, (_, slice) => `s${slice}/1`);
const CANVAS: VoxelRaster = {
  origin: [-2, -2, 1],
  right: [1, 0, 0],
  down: [0, 1, 0],
  width: COLUMNS + 4,
  height: ROWS + 4,
  keys: KEYS,
};

function insideAt(mask: Uint8Array | null, x: number, y: number, width: number): boolean {
  return mask?.[y * width + x] === 1;
}

describe("a plane through a segment", () => {
  test("shows the voxels of its slice and nothing beside the image, whichever rows they touch", () => {
    // The whole second slice, so that reading order runs on from row to row.
    const mask = sampledMask(
      segmentOf((_c, _r, slice) => slice === 1),
      CANVAS,
    );
    for (let y = 0; y < CANVAS.height; y += 1) {
      for (let x = 0; x < CANVAS.width; x += 1) {
        const isOnImage = x >= 2 && x < COLUMNS + 2 && y >= 2 && y < ROWS + 2;
        expect(insideAt(mask, x, y, CANVAS.width), `${x} ${y}`).toBe(isOnImage);
      }
    }
  });

  test("across the slices shows each voxel where it is", () => {
    const segment = segmentOf((column, row, slice) => column === 3 && row === 2 && slice >= 2);
    // A coronal cut: columns to the right, slices from the last one down, four samples to a slice.
    const raster: VoxelRaster = {
      ...CANVAS,
      origin: [0, 2, 3.375],
      right: [1, 0, 0],
      down: [0, 0, -0.25],
      width: COLUMNS,
      height: 16,
    };
    const mask = sampledMask(segment, raster);
    const column = Array.from({ length: 16 }, (_, y) => insideAt(mask, 3, y, COLUMNS));
    expect(column).toEqual([...Array(8).fill(true), ...Array(8).fill(false)]);
    expect(insideAt(mask, 2, 0, COLUMNS)).toBe(false);
  });

  test("that misses it shows nothing", () => {
    const segment = segmentOf((column) => column === 3);
    expect(sampledMask(segment, { ...CANVAS, origin: [-2, -2, 9] })).toBeNull();
    expect(sampledMask(segment, { ...CANVAS, keys: ["other/1"], origin: [-2, -2, 0] })).toBeNull();
    expect(paintSegments([], CANVAS)).toBeNull();
  });

  test("is the nearest voxel at every sample of any plane", () => {
    const step = fc.double({ min: -0.7, max: 0.7, noNaN: true });
    const vector = fc.tuple(step, step, step);
    const voxels = fc.array(fc.boolean(), {
      minLength: COLUMNS * ROWS * SLICES,
      maxLength: COLUMNS * ROWS * SLICES,
    });
    fc.assert(
      fc.property(voxels, vector, vector, (inside, right, down) => {
        const at = (column: number, row: number, slice: number) =>
          inside[(slice * ROWS + row) * COLUMNS + column] ?? false;
        const raster = { origin: [3, 2, 1.5] as const, right, down, width: 12, height: 12, keys: KEYS };
        const mask = sampledMask(segmentOf(at), raster);
        for (let y = 0; y < 12; y += 1) {
          for (let x = 0; x < 12; x += 1) {
            const [c, r, s] = ([0, 1, 2] as const).map((axis) =>
              Math.round(raster.origin[axis] + x * right[axis] + y * down[axis]),
            ) as [number, number, number];
            const isThere =
              c >= 0 && c < COLUMNS && r >= 0 && r < ROWS && s >= 0 && s < SLICES && at(c, r, s);
            expect(insideAt(mask, x, y, 12)).toBe(isThere);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("how a segment is painted", () => {
  const square = segmentOf((_c, _r, slice) => slice === 1);
  // Twelve samples to a voxel, so that the edge is thin beside the area.
  const close: VoxelRaster = {
    ...CANVAS,
    origin: [-1, -1, 1],
    right: [1 / 12, 0, 0],
    down: [0, 1 / 12, 0],
    width: 12 * (COLUMNS + 2),
    height: 12 * (ROWS + 2),
  };
  const look: SegmentOverlay = {
    voxels: square,
    colour: [255, 146, 43],
    fill: 0.4,
    line: 1,
    isForeign: false,
  };
  const coloursOf = (overlays: SegmentOverlay[]) => {
    const pixels = paintSegments(overlays, close) ?? new Uint8ClampedArray();
    const seen = new Map<string, number>();
    for (let at = 0; at < pixels.length; at += 4) {
      const text = [...pixels.slice(at, at + 4)].join(" ");
      seen.set(text, (seen.get(text) ?? 0) + 1);
    }
    return seen;
  };

  test("the reader's own has an even area and a whole edge", () => {
    expect([...coloursOf([look]).keys()].sort()).toEqual(["0 0 0 0", "255 146 43 102", "255 146 43 255"]);
  });

  test("another's is hatched, and its edge is broken", () => {
    const foreign = coloursOf([{ ...look, isForeign: true }]);
    expect([...foreign.keys()].sort()).toEqual([
      "0 0 0 0",
      "20 20 20 255",
      "255 146 43 163",
      "255 146 43 255",
      "255 146 43 61",
    ]);
    const [dash, gap] = [foreign.get("255 146 43 255") ?? 0, foreign.get("20 20 20 255") ?? 0];
    expect(Math.abs(dash - gap)).toBeLessThan(0.2 * (dash + gap));
  });

  test("one over another lets it show through", () => {
    const [below, above] = [
      { ...look, colour: [0, 0, 200] as const, fill: 1 },
      { ...look, colour: [200, 0, 0] as const, fill: 0.5 },
    ];
    expect([...coloursOf([below, above]).keys()]).toContain("100 0 100 255");
  });
});

test("the rectangle around the voxels of a slice", () => {
  const mask = Array.from({ length: COLUMNS * ROWS }, (_, at) => ([10, 11, 17].includes(at) ? 1 : 0));
  // Columns 3 and 4 of row 1, column 3 of row 2.
  expect(cornersAround(encodeSlice(mask), COLUMNS)).toEqual([
    [2.5, 0.5],
    [4.5, 0.5],
    [4.5, 2.5],
    [2.5, 2.5],
  ]);
  expect(cornersAround([6, 3], COLUMNS)).toEqual([
    [-0.5, -0.5],
    [6.5, -0.5],
    [6.5, 1.5],
    [-0.5, 1.5],
  ]);
  expect(cornersAround([], COLUMNS)).toBeNull();
});
