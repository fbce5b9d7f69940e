import { describe, expect, it } from "vitest";
import {
  brightestPlace,
  HEAT_STEPS,
  type HeatMap,
  heatColour,
  heatStep,
  inverse,
  paintHeat,
} from "./heatMap";

/** 4 x 3 x 2 voxels of 2 x 3 x 5 mm whose first centre lies at (10, 20, 30); one of them is hot. */
function heatMap(hot: [number, number, number], value = 255): HeatMap {
  const voxels = new Uint8Array(24);
  voxels[(hot[2] * 3 + hot[1]) * 4 + hot[0]] = value;
  const affine = [
    [2, 0, 0, 10],
    [0, 3, 0, 20],
    [0, 0, 5, 30],
  ];
  const grid = { digest: "d", columns: 4, rows: 3, slices: 2, affine, frame_of_reference_uid: "" };
  return { grid, voxels };
}

/** 10 x 10 points of 1 mm from (8, 18, z) on, axial. */
const axial = (z: number) =>
  ({ origin: [8, 18, z], right: [1, 0, 0], down: [0, 1, 0], width: 10, height: 10 }) as const;

function alphaAt(pixels: Uint8ClampedArray | null, x: number, y: number): number {
  return pixels?.[4 * (y * 10 + x) + 3] ?? 0;
}

describe("painting heat on a plane", () => {
  it("puts the hottest pixel at the voxel's millimetres, in the colour of 1", () => {
    // Voxel (2, 1, 0) has its centre at (10 + 4, 20 + 3, 30), which is 6 right and 5 down of (8, 18).
    const pixels = paintHeat(heatMap([2, 1, 0]), axial(30));
    const at = 4 * (5 * 10 + 6);
    expect([...(pixels?.slice(at, at + 4) ?? [])]).toEqual([...heatColour(1), 255]);
    // Half way to the next centre in the row (1 mm) half of it is left: 127 or 128 of 255, just opaque.
    expect(alphaAt(pixels, 7, 5)).toBeGreaterThanOrEqual(253);
    const middle = [...(pixels?.slice(at + 4, at + 7) ?? [])];
    expect([heatColour(127 / 255), heatColour(128 / 255)]).toContainEqual(middle);
    // A whole voxel away there is nothing.
    expect(alphaAt(pixels, 8, 5)).toBe(0);
    expect(alphaAt(pixels, 6, 8)).toBe(0);
  });

  it("fades between slices and ends at the outermost voxels' edges", () => {
    const heat = heatMap([2, 1, 1], 100);
    expect(alphaAt(paintHeat(heat, axial(35)), 6, 5)).toBe(Math.round((255 * 100) / 128));
    expect(alphaAt(paintHeat(heat, axial(32.5)), 6, 5)).toBe(Math.round((255 * 50) / 128));
    expect(alphaAt(paintHeat(heat, axial(37.4)), 6, 5)).toBeGreaterThan(0);
    expect(paintHeat(heat, axial(37.6))).toBeNull();
    expect(paintHeat(heat, axial(30))).toBeNull();
  });

  it("cuts the same place on a sagittal plane", () => {
    const plane = { origin: [14, 18, 26], right: [0, 1, 0], down: [0, 0, 1], width: 10, height: 10 } as const;
    const pixels = paintHeat(heatMap([2, 1, 0]), plane);
    // y 23 is 5 right, z 30 is 4 down.
    expect([...(pixels?.slice(4 * 45, 4 * 45 + 4) ?? [])]).toEqual([...heatColour(1), 255]);
  });

  it("turns with an oblique grid", () => {
    const turned = heatMap([2, 1, 0]);
    const oblique = {
      ...turned,
      grid: {
        ...turned.grid,
        affine: [
          [0, -3, 0, 10],
          [2, 0, 0, 20],
          [0, 0, 5, 30],
        ],
      },
    };
    // (2, 1, 0) now lies at (10 - 3, 20 + 4, 30).
    const plane = { origin: [7, 24, 30], right: [1, 0, 0], down: [0, 1, 0], width: 1, height: 1 } as const;
    expect([...(paintHeat(oblique, plane) ?? [])]).toEqual([...heatColour(1), 255]);
  });

  it("shows a map of a single slice as thick as its voxels", () => {
    const flat = heatMap([2, 1, 0]);
    const single = { grid: { ...flat.grid, slices: 1 }, voxels: flat.voxels.slice(0, 12) };
    expect(alphaAt(paintHeat(single, axial(32.4)), 6, 5)).toBe(255);
    expect(paintHeat(single, axial(32.6))).toBeNull();
  });
});

describe("the inverse of an affine matrix", () => {
  it("leads back", () => {
    const affine = [
      [0.5, -1, 0.2, 7],
      [2, 0.3, -0.7, -11],
      [0.1, 0.9, 3, 13],
    ];
    const rows = inverse(affine);
    const [c, r, s] = [3, -4, 5];
    const mm = affine.map(([p = 0, q = 0, t = 0, x = 0]) => p * c + q * r + t * s + x);
    const back = rows.map(
      (row) => row[0] * (mm[0] ?? 0) + row[1] * (mm[1] ?? 0) + row[2] * (mm[2] ?? 0) + row[3],
    );
    for (const [index, value] of [c, r, s].entries()) expect(back[index]).toBeCloseTo(value, 9);
  });
});

describe("the colours", () => {
  it("run from viridis' first to its last colour, ever lighter", () => {
    expect(heatColour(0)).toEqual([0x44, 0x01, 0x54]);
    expect(heatColour(1)).toEqual([0xfd, 0xe7, 0x25]);
    // Rec. 709 luma as a stand-in for lightness.
    const lightness = Array.from({ length: 11 }, (_, index) => {
      const [red, green, blue] = heatColour(index / 10);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect(lightness).toEqual([...lightness].sort((one, other) => one - other));
  });
});

describe("the opacity key", () => {
  it("goes up and down in steps and stops at both ends", () => {
    let opacity = heatStep(0.4, 1);
    expect(opacity).toBe(0.6);
    for (let press = 0; press < 9; press += 1) opacity = heatStep(opacity, 1);
    expect(opacity).toBe(1);
    for (let press = 0; press < 9; press += 1) opacity = heatStep(opacity, -1);
    expect(opacity).toBe(HEAT_STEPS[0]);
  });
});

describe("the brightest place", () => {
  it("is the centre of the greatest voxel in the patient, whichever that is", () => {
    for (const column of [0, 1, 2, 3])
      for (const row of [0, 1, 2])
        for (const slice of [0, 1]) {
          // By hand from the steps and the first centre of the grid.
          const place = [10 + 2 * column, 20 + 3 * row, 30 + 5 * slice];
          expect(brightestPlace(heatMap([column, row, slice], 1))).toEqual(place);
        }
  });

  it("is nowhere in a map of nothing", () => {
    expect(brightestPlace(heatMap([0, 0, 0], 0))).toBeNull();
  });
});
