import { type Counts, decodeSlice, encodeSlice } from "./rle";

interface Spacing {
  row_mm: number;
  column_mm: number;
}

/** Distances of a slice's voxels to the segment's edge in its plane, negative inside. */
interface Shape {
  distances_mm: Float32Array;
  centre: [column: number, row: number];
}

/**
 * The slices between drawn ones, by shape-based interpolation (Raya and Udupa, IEEE TMI 1990): signed distances to the
 * edge are interpolated along the normal; where the drawn shapes lie beside each other, their centres are too. Drawn
 * slices stay as they are, and nothing is added beyond the first and the last.
 */
export function interpolated(
  drawn: ReadonlyMap<number, Counts>,
  size: { columns: number; rows: number },
  spacing: Spacing,
): Map<number, number[]> {
  const indices = [...drawn.keys()].filter((index) => (drawn.get(index)?.length ?? 0) > 0);
  indices.sort((one, other) => one - other);
  const made = new Map<number, number[]>();
  indices.slice(1).forEach((upper, position) => {
    const lower = indices[position] ?? upper;
    if (upper - lower < 2) return;
    const shapes = [lower, upper].map((index) =>
      shapeOf(decodeSlice(drawn.get(index) ?? [], size.columns * size.rows), size, spacing),
    );
    const [from, to] = shapes;
    if (!from || !to) return;
    for (let index = lower + 1; index < upper; index += 1) {
      made.set(index, between(from, to, (index - lower) / (upper - lower), size));
    }
  });
  return made;
}

function between(from: Shape, to: Shape, share: number, size: { columns: number; rows: number }): number[] {
  const { columns, rows } = size;
  const shiftTo = (shape: Shape) => {
    const at = [0, 1].map((axis) => (from.centre[axis] ?? 0) * (1 - share) + (to.centre[axis] ?? 0) * share);
    return [Math.round((at[0] ?? 0) - shape.centre[0]), Math.round((at[1] ?? 0) - shape.centre[1])] as const;
  };
  const [fromShift, toShift] = [shiftTo(from), shiftTo(to)];
  const distance = (shape: Shape, [right, down]: readonly [number, number], column: number, row: number) => {
    const [x, y] = [clamped(column - right, columns), clamped(row - down, rows)];
    return shape.distances_mm[y * columns + x] ?? 0;
  };
  const mask = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const there =
        (1 - share) * distance(from, fromShift, column, row) + share * distance(to, toShift, column, row);
      if (there < 0) mask[row * columns + column] = 1;
    }
  }
  return encodeSlice(mask);
}

function clamped(value: number, length: number): number {
  return Math.min(Math.max(value, 0), length - 1);
}

function shapeOf(mask: Uint8Array, size: { columns: number; rows: number }, spacing: Spacing): Shape {
  const [outside, inside] = [1, 0].map((value) => squaredDistances(mask, value, size, spacing));
  const distances_mm = new Float32Array(mask.length);
  let [columns, rows, voxels] = [0, 0, 0];
  mask.forEach((value, index) => {
    // The edge runs half way between two voxel centres; half of the smaller spacing is good enough for both signs.
    const half = Math.min(spacing.row_mm, spacing.column_mm) / 2;
    distances_mm[index] = value
      ? half - Math.sqrt(inside?.[index] ?? 0)
      : Math.sqrt(outside?.[index] ?? 0) - half;
    if (!value) return;
    columns += index % size.columns;
    rows += Math.floor(index / size.columns);
    voxels += 1;
  });
  return { distances_mm, centre: [columns / voxels, rows / voxels] };
}

const FAR = 1e12;

/** Squared distance to the nearest voxel of this value (Felzenszwalb and Huttenlocher 2012), exact in millimetres. */
function squaredDistances(
  mask: Uint8Array,
  value: number,
  { columns, rows }: { columns: number; rows: number },
  { row_mm, column_mm }: Spacing,
): Float64Array {
  const squares = new Float64Array(mask.length);
  mask.forEach((one, index) => {
    squares[index] = one === value ? 0 : FAR;
  });
  const line = new Float64Array(Math.max(columns, rows));
  for (let row = 0; row < rows; row += 1) transform(squares, row * columns, 1, columns, column_mm, line);
  for (let column = 0; column < columns; column += 1) transform(squares, column, columns, rows, row_mm, line);
  return squares;
}

/** One line: the lower envelope of parabolas that stand on its samples. */
function transform(
  squares: Float64Array,
  start: number,
  step: number,
  length: number,
  spacing_mm: number,
  line: Float64Array,
): void {
  for (let at = 0; at < length; at += 1) line[at] = squares[start + at * step] ?? FAR;
  const feet = [0];
  const borders = [Number.NEGATIVE_INFINITY];
  const place = (at: number) => at * spacing_mm;
  const meeting = (one: number, other: number) =>
    ((line[one] ?? 0) + place(one) ** 2 - (line[other] ?? 0) - place(other) ** 2) /
    (2 * (place(one) - place(other)));
  for (let at = 1; at < length; at += 1) {
    let border = meeting(at, feet.at(-1) ?? 0);
    while (border <= (borders.at(-1) ?? 0)) {
      feet.pop();
      borders.pop();
      border = meeting(at, feet.at(-1) ?? 0);
    }
    feet.push(at);
    borders.push(border);
  }
  let foot = 0;
  for (let at = 0; at < length; at += 1) {
    while ((borders[foot + 1] ?? Number.POSITIVE_INFINITY) < place(at)) foot += 1;
    const nearest = feet[foot] ?? 0;
    squares[start + at * step] = (place(at) - place(nearest)) ** 2 + (line[nearest] ?? 0);
  }
}

/** Drawn slices with gaps between them: whether there is something to interpolate. */
export function hasGaps(indices: Iterable<number>): boolean {
  const sorted = [...indices].sort((one, other) => one - other);
  return sorted.some((index, position) => position > 0 && index - (sorted[position - 1] ?? index) > 1);
}
