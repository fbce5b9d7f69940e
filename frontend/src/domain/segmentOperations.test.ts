import { describe, expect, test } from "vitest";
import { decodeSlice, encodeSlice, voxelsInside } from "./rle";
import { grownRegion } from "./segmentGrowth";
import { hasGaps, interpolated } from "./segmentInterpolation";
import { withoutIslands } from "./segmentIslands";
import { added, diameter_mm, largestArea_mm2, sizesOf, sumsOf, valuesOf } from "./segmentStatistics";

const SIDE = 40;

/** Voxels whose centre is within the radius of a centre, in millimetres. */
function disc(column: number, row: number, radius_mm: number, row_mm = 1, column_mm = 1): number[] {
  const mask = new Uint8Array(SIDE * SIDE);
  for (let index = 0; index < mask.length; index += 1) {
    const [x, y] = [(index % SIDE) - column, Math.floor(index / SIDE) - row];
    if (Math.hypot(x * column_mm, y * row_mm) <= radius_mm) mask[index] = 1;
  }
  return encodeSlice(mask);
}

describe("islands", () => {
  const large = disc(10, 10, 5);
  const both = encodeSlice(
    decodeSlice(large, SIDE * SIDE).map((value, index) => (index === 1500 ? 1 : value)),
  );

  test("the largest stays, or those of a size", () => {
    const slices = new Map([
      [3, both],
      [4, large],
    ]);
    expect(withoutIslands(slices, SIDE, "largest").get(3)).toEqual(large);
    expect(withoutIslands(slices, SIDE, { smallest: 2 }).get(3)).toEqual(large);
    expect(withoutIslands(slices, SIDE, { smallest: 1 })).toEqual(slices);
    expect(withoutIslands(slices, SIDE, { smallest: 1000 }).get(4)).toEqual([]);
  });

  test("voxels hang together over the faces of slices, not over corners or over a slice between", () => {
    const [one, corner] = [encodeSlice([1, 0, 0, 0]), encodeSlice([0, 0, 0, 1])];
    const apart = new Map([
      [0, encodeSlice([1, 1, 0, 0])],
      [1, corner],
    ]);
    expect(withoutIslands(apart, 2, "largest").get(1)).toEqual([]);
    const stacked = new Map([
      [0, one],
      [1, one],
      [2, one],
    ]);
    expect(withoutIslands(stacked, 2, { smallest: 3 })).toEqual(stacked);
    stacked.delete(1);
    expect(withoutIslands(stacked, 2, { smallest: 2 }).get(0)).toEqual([]);
  });

  test("a run over the end of a row is two rows that need not touch", () => {
    const wrapped = encodeSlice([0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect(voxelsInside(withoutIslands(new Map([[0, wrapped]]), 3, { smallest: 2 }).get(0) ?? [])).toBe(0);
    const full = encodeSlice([1, 1, 1, 1, 1, 1]);
    expect(withoutIslands(new Map([[0, full]]), 3, "largest").get(0)).toEqual(full);
  });
});

describe("region growing", () => {
  const radius = 9;
  const centre = 20;
  const volume = (outside: number) => ({
    columns: SIDE,
    rows: SIDE,
    count: SIDE,
    valuesOf: async (slice: number) =>
      Float32Array.from({ length: SIDE * SIDE }, (_, index) => {
        const place = [index % SIDE, Math.floor(index / SIDE), slice].map((value) => value - centre);
        return Math.hypot(...place) <= radius ? 60 : outside;
      }),
  });
  const rule = { lowest: 40, highest: 80, mostVoxels: 50_000 };
  const seed = { column: centre, row: centre, slice: centre };

  test("a planted sphere, every voxel of it and no other", async () => {
    const growth = await grownRegion(volume(-800), seed, rule);
    const volumeOfSphere = (4 / 3) * Math.PI * radius ** 3;
    expect(Math.abs((growth?.voxels ?? 0) / volumeOfSphere - 1)).toBeLessThan(0.02);
    let planted = 0;
    for (let slice = 0; slice < SIDE; slice += 1) {
      const values = await volume(-800).valuesOf(slice);
      const mask = growth?.masks.get(slice) ?? new Uint8Array(SIDE * SIDE);
      expect([...mask]).toEqual([...values].map((value) => (value === 60 ? 1 : 0)));
      planted += values.filter((value) => value === 60).length;
    }
    expect(growth?.voxels).toBe(planted);
  });

  test("a leak is cut off, a seed outside the range gives nothing, a stop gives up", async () => {
    const leaked = await grownRegion(volume(60), seed, rule);
    expect(leaked?.isCutOff).toBe(true);
    expect(await grownRegion(volume(-800), { ...seed, slice: 0 }, rule)).toMatchObject({ voxels: 0 });
    expect(await grownRegion(volume(-800), seed, rule, () => true)).toBeNull();
  });

  test("around corners, and back to a slice that was already visited", async () => {
    // A horseshoe: down the left side, along the bottom, up on the right; its two arms meet the top slice apart.
    const inside = (column: number, slice: number) => slice === 3 || column === 1 || column === 5;
    const horseshoe = {
      columns: 7,
      rows: 1,
      count: 4,
      valuesOf: async (slice: number) =>
        Array.from({ length: 7 }, (_, column) => (inside(column, slice) ? 60 : 0)),
    };
    const growth = await grownRegion(horseshoe, { column: 1, row: 0, slice: 0 }, rule);
    expect(growth?.voxels).toBe(3 * 2 + 7);
    expect([...(growth?.masks.get(0) ?? [])]).toEqual([0, 1, 0, 0, 0, 1, 0]);
  });
});

describe("interpolation", () => {
  const size = { columns: SIDE, rows: SIDE };
  const spacing = { row_mm: 1, column_mm: 1 };

  test("between two equal discs lies the same disc", () => {
    const one = disc(20, 20, 8);
    const made = interpolated(
      new Map([
        [2, one],
        [6, one],
      ]),
      size,
      spacing,
    );
    expect([...made.keys()]).toEqual([3, 4, 5]);
    for (const counts of made.values()) expect(counts).toEqual(one);
  });

  test("between a small and a large disc the radius grows evenly, in millimetres", () => {
    const [row_mm, column_mm] = [2, 0.5];
    const made = interpolated(
      new Map([
        [0, disc(20, 20, 4, row_mm, column_mm)],
        [4, disc(20, 20, 9, row_mm, column_mm)],
      ]),
      size,
      { row_mm, column_mm },
    );
    for (const [index, counts] of made) {
      const radius_mm = 4 + (5 * index) / 4;
      const area = voxelsInside(counts) * row_mm * column_mm;
      // Half a voxel all round.
      const ring = 2 * Math.PI * radius_mm * (row_mm / 2);
      expect(Math.abs(area - Math.PI * radius_mm ** 2)).toBeLessThan(ring);
    }
  });

  test("a disc that moves is half way in the middle", () => {
    const made = interpolated(
      new Map([
        [0, disc(10, 10, 4)],
        [2, disc(28, 24, 4)],
      ]),
      size,
      spacing,
    );
    expect(made.get(1)).toEqual(disc(19, 17, 4));
  });

  test("nothing beyond the drawn slices, nothing without a gap", () => {
    const one = disc(20, 20, 3);
    expect(
      interpolated(
        new Map([
          [2, one],
          [3, one],
        ]),
        size,
        spacing,
      ).size,
    ).toBe(0);
    expect(
      interpolated(
        new Map([
          [2, one],
          [5, []],
        ]),
        size,
        spacing,
      ).size,
    ).toBe(0);
    expect(hasGaps([4, 1, 3])).toBe(true);
    expect(hasGaps([3, 1, 2])).toBe(false);
  });
});

describe("statistics", () => {
  test("the area is that of the slice that shows most, and none without spacing", () => {
    const slices = [
      [3, 4],
      [0, 5, 2, 1],
    ];
    expect(largestArea_mm2(slices, [0.5, 2, 9])).toBe(6);
    expect(largestArea_mm2([], [0.5, 2, 9])).toBe(0);
    expect(largestArea_mm2(slices, null)).toBeNull();
  });

  test("mean and deviation of two slices together are those of all voxels", () => {
    const values = [3, 5, 7, 11, 13, 1000];
    const sums = added(sumsOf([0, 2], values), sumsOf([2, 3], values));
    const inside = values.slice(0, 5);
    const mean = 39 / 5;
    const sd = Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5);
    expect(valuesOf(sums, "HU")).toEqual({
      mean: 7.8,
      sd: Math.round(sd * 1000) / 1000,
      min: 3,
      max: 13,
      unit: "HU",
    });
    expect(added(sumsOf([], values), sums)).toEqual(sums);
    expect(valuesOf(sumsOf([], values), "HU")).toEqual({});
  });

  test("volume and diameter of a disc in millimetres", () => {
    const counts = disc(20, 20, 8, 1, 0.5);
    const sizes = sizesOf([counts, counts], 2 * voxelsInside(counts), SIDE, [1, 0.5, 3]);
    expect(sizes.volume_ml).toBeCloseTo((Math.PI * 64 * 6) / 1000, 1);
    expect(Math.abs((sizes.long_axis_mm ?? 0) - 16)).toBeLessThan(1.1);
    expect(sizesOf([counts], 5, SIDE, null)).toEqual({});
  });

  test("the diameter of one voxel is its diagonal, of a bar its corners", () => {
    expect(diameter_mm([0, 1], 4, 3, 4)).toBe(5);
    expect(diameter_mm(encodeSlice([0, 1, 1, 1, 0, 0, 0, 0]), 4, 3, 4)).toBeCloseTo(Math.hypot(12, 3));
    expect(diameter_mm([], 4, 1, 1)).toBe(0);
  });
});
