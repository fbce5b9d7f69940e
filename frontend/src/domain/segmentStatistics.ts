import { rounded } from "./measurements";
import { type Counts, runsOf, voxelsInside } from "./rle";

/** Distance between rows, between columns, between slices. */
export type VolumeSpacing = readonly [row_mm: number, column_mm: number, slice_mm: number];

export interface SegmentMeasurements {
  volume_ml?: number;
  long_axis_mm?: number;
  mean?: number;
  sd?: number;
  min?: number;
  max?: number;
  /** As the image names it; raw where it names none. */
  unit?: string;
}

/** The sum over one slice, so that a stroke on one slice does not count all the others again. */
export interface SliceSums {
  count: number;
  mean: number;
  squares: number;
  min: number;
  max: number;
}

/** Mean and squared deviations of the values inside (Welford 1962); padding is no value. */
export function sumsOf(
  counts: Counts,
  values: ArrayLike<number>,
  padding: ArrayLike<number> | null = null,
): SliceSums {
  const sums = {
    count: 0,
    mean: 0,
    squares: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  };
  for (const [from, to] of runsOf(counts)) {
    for (let index = from; index < to; index += 1) {
      const value = values[index] ?? Number.NaN;
      if (!Number.isFinite(value) || padding?.[index] === 1) continue;
      sums.count += 1;
      const deviation = value - sums.mean;
      sums.mean += deviation / sums.count;
      sums.squares += deviation * (value - sums.mean);
      sums.min = Math.min(sums.min, value);
      sums.max = Math.max(sums.max, value);
    }
  }
  return sums;
}

/** Two parts as one (Chan, Golub and LeVeque 1979). */
export function added(one: SliceSums, other: SliceSums): SliceSums {
  const count = one.count + other.count;
  if (count === 0) return one;
  const apart = other.mean - one.mean;
  return {
    count,
    mean: one.mean + (apart * other.count) / count,
    squares: one.squares + other.squares + (apart ** 2 * one.count * other.count) / count,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  };
}

export function valuesOf(sums: SliceSums, unit: SegmentMeasurements["unit"]): SegmentMeasurements {
  if (sums.count === 0) return {};
  const sd = Math.sqrt(sums.squares / sums.count);
  return {
    mean: rounded(sums.mean),
    sd: rounded(sd),
    min: rounded(sums.min),
    max: rounded(sums.max),
    ...(unit && { unit }),
  };
}

/** The sizes in millimetres; none without a regular volume with spacing. */
export function sizesOf(
  slices: Iterable<Counts>,
  voxels: number,
  columns: number,
  spacing: VolumeSpacing | null,
): SegmentMeasurements {
  if (!spacing) return {};
  const [row_mm, column_mm, slice_mm] = spacing;
  let longest = 0;
  for (const counts of slices) longest = Math.max(longest, diameter_mm(counts, columns, row_mm, column_mm));
  return {
    volume_ml: rounded((voxels * row_mm * column_mm * slice_mm) / 1000),
    long_axis_mm: rounded(longest),
  };
}

/** The area on the slice that shows most; null without spacing. */
export function largestArea_mm2(slices: Counts[], spacing: VolumeSpacing | null): number | null {
  if (!spacing) return null;
  const [row_mm, column_mm] = spacing;
  return Math.max(0, ...slices.map(voxelsInside)) * row_mm * column_mm;
}

/** The longest distance within one slice, between the outer corners of its voxels. */
export function diameter_mm(counts: Counts, columns: number, row_mm: number, column_mm: number): number {
  const hull = convexHull(cornersOf(counts, columns));
  let longest = 0;
  for (const [x, y] of hull) {
    for (const [u, v] of hull) longest = Math.max(longest, Math.hypot((x - u) * column_mm, (y - v) * row_mm));
  }
  return longest;
}

type Corner = readonly [column: number, row: number];

/** Corners of each row's leftmost and rightmost voxel: no others can be on the hull. */
function cornersOf(counts: Counts, columns: number): Corner[] {
  const ends = new Map<number, [left: number, right: number]>();
  for (const [from, to] of runsOf(counts)) {
    for (let row = Math.floor(from / columns); row * columns < to; row += 1) {
      const [left, right] = [Math.max(from - row * columns, 0), Math.min(to - row * columns, columns)];
      const known = ends.get(row);
      ends.set(row, known ? [Math.min(known[0], left), Math.max(known[1], right)] : [left, right]);
    }
  }
  return [...ends].flatMap(([row, [left, right]]): Corner[] => [
    [left, row],
    [left, row + 1],
    [right, row],
    [right, row + 1],
  ]);
}

/** Andrew's monotone chain (1979). */
function convexHull(corners: Corner[]): Corner[] {
  const sorted = [...corners].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return [...halfHull(sorted), ...halfHull(sorted.reverse())];
}

function halfHull(sorted: Corner[]): Corner[] {
  const hull: Corner[] = [];
  for (const corner of sorted) {
    while (hull.length > 1 && !turnsLeft(hull.at(-2), hull.at(-1), corner)) hull.pop();
    hull.push(corner);
  }
  return hull;
}

function turnsLeft(one: Corner | undefined, two: Corner | undefined, three: Corner): boolean {
  if (!one || !two) return true;
  return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0]) > 0;
}
