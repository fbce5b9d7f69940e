import type { PatientMm } from "./payload";

/** Where the voxels of a heat map lie: `affine` is 3 x 4, from (column, row, slice, 1) to patient millimetres. */
export interface HeatGrid {
  digest: string;
  columns: number;
  rows: number;
  slices: number;
  affine: number[][];
  /** Empty where the prediction was posted without one: then the shown series is taken at its word. */
  frame_of_reference_uid: string;
}

/** One byte a voxel, 0 to 255 for 0 to 1; the column fastest, then the row, then the slice. */
export interface HeatMap {
  grid: HeatGrid;
  voxels: Uint8Array;
}

/** A raster of points in the patient: the first one, and the steps to the next one right and down. */
export interface SamplePlane {
  origin: PatientMm;
  right: PatientMm;
  down: PatientMm;
  width: number;
  height: number;
}

// Viridis (van der Walt and Smith 2015), every ninth of its range: even steps of lightness, also for colour-blind eyes.
const VIRIDIS: readonly (readonly [number, number, number])[] = [
  [0x44, 0x01, 0x54],
  [0x48, 0x28, 0x78],
  [0x3e, 0x49, 0x89],
  [0x31, 0x68, 0x8e],
  [0x26, 0x82, 0x8e],
  [0x1f, 0x9e, 0x89],
  [0x35, 0xb7, 0x79],
  [0x6e, 0xce, 0x58],
  [0xb5, 0xde, 0x2b],
  [0xfd, 0xe7, 0x25],
];
// Up to here the image shows through more and more: what the AI thinks nothing of stays uncovered.
const OPAQUE_FROM = 128;

/** Colour of a value of 0 to 1, as CSS understands it and as the map is painted. */
export function heatColour(value: number): [number, number, number] {
  const place = Math.min(Math.max(value, 0), 1) * (VIRIDIS.length - 1);
  const index = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const [low, high] = [VIRIDIS[index], VIRIDIS[index + 1]];
  if (!low || !high) return [0, 0, 0];
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(low[channel] + (high[channel] - low[channel]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

const COLOURS = Array.from({ length: 256 }, (_, byte) => {
  const [red, green, blue] = heatColour(byte / 255);
  return [red, green, blue, Math.round(255 * Math.min(1, byte / OPAQUE_FROM))] as const;
});

/** The heat on a plane through the patient as RGBA, or null where the plane does not meet the map at all. */
export function paintHeat(heat: HeatMap, plane: SamplePlane): Uint8ClampedArray<ArrayBuffer> | null {
  const toIndex = inverse(heat.grid.affine);
  const start = indexOf(toIndex, plane.origin, 1);
  const right = indexOf(toIndex, plane.right, 0);
  const down = indexOf(toIndex, plane.down, 0);
  const pixels = new Uint8ClampedArray(4 * plane.width * plane.height);
  let isEmpty = true;
  for (let y = 0, at = 0; y < plane.height; y += 1) {
    for (let x = 0; x < plane.width; x += 1, at += 4) {
      const value = sampled(
        heat,
        start[0] + x * right[0] + y * down[0],
        start[1] + x * right[1] + y * down[1],
        start[2] + x * right[2] + y * down[2],
      );
      if (value === 0) continue;
      isEmpty = false;
      pixels.set(COLOURS[value] ?? [], at);
    }
  }
  return isEmpty ? null : pixels;
}

/** Trilinear between voxel centres; beyond the outermost voxels' edges there is nothing. */
function sampled({ grid, voxels }: HeatMap, column: number, row: number, slice: number): number {
  const { columns, rows, slices } = grid;
  if (!isWithin(column, columns) || !isWithin(row, rows) || !isWithin(slice, slices)) return 0;
  const [c0, c1, cf] = neighbours(column, columns);
  const [r0, r1, rf] = neighbours(row, rows);
  const [s0, s1, sf] = neighbours(slice, slices);
  const along = (r: number, s: number) => {
    const line = (s * rows + r) * columns;
    return (voxels[line + c0] ?? 0) * (1 - cf) + (voxels[line + c1] ?? 0) * cf;
  };
  const near = along(r0, s0) * (1 - rf) + along(r1, s0) * rf;
  const far = sf === 0 ? near : along(r0, s1) * (1 - rf) + along(r1, s1) * rf;
  return Math.round(near * (1 - sf) + far * sf);
}

function isWithin(index: number, count: number): boolean {
  return index >= -0.5 && index <= count - 0.5;
}

function neighbours(index: number, count: number): [number, number, number] {
  const within = Math.min(Math.max(index, 0), count - 1);
  const low = Math.min(Math.floor(within), Math.max(count - 2, 0));
  return [low, Math.min(low + 1, count - 1), within - low];
}

type Row = readonly [number, number, number, number];

/** The inverse of a 3 x 4 affine matrix, by cofactors. */
export function inverse(affine: number[][]): readonly [Row, Row, Row] {
  const [
    [a = 1, b = 0, c = 0, x = 0] = [],
    [d = 0, e = 1, f = 0, y = 0] = [],
    [g = 0, h = 0, i = 1, z = 0] = [],
  ] = affine;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const row = (p: number, q: number, r: number): Row => {
    const [u, v, w] = [p / determinant, q / determinant, r / determinant];
    return [u, v, w, -(u * x + v * y + w * z)];
  };
  return [
    row(e * i - f * h, c * h - b * i, b * f - c * e),
    row(f * g - d * i, a * i - c * g, c * d - a * f),
    row(d * h - e * g, b * g - a * h, a * e - b * d),
  ];
}

function indexOf(rows: readonly [Row, Row, Row], [x, y, z]: PatientMm, one: 0 | 1): [number, number, number] {
  const at = (row: Row) => row[0] * x + row[1] * y + row[2] * z + row[3] * one;
  return [at(rows[0]), at(rows[1]), at(rows[2])];
}

/** Where in the patient a map is greatest, in millimetres: the first such voxel; null for a map of nothing. */
export function brightestPlace({ grid, voxels }: HeatMap): PatientMm | null {
  const greatest = voxels.reduce((most, value) => Math.max(most, value), 0);
  if (greatest === 0) return null;
  const at = voxels.indexOf(greatest);
  const column = at % grid.columns;
  const row = Math.floor(at / grid.columns) % grid.rows;
  const slice = Math.floor(at / (grid.columns * grid.rows));
  const [x = 0, y = 0, z = 0] = grid.affine.map(
    ([a = 0, b = 0, c = 0, d = 0]) => a * column + b * row + c * slice + d,
  );
  return [x, y, z];
}

/** Steps of the opacity key: off, then ever more. */
export const HEAT_STEPS = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;

/** One step more or less of the opacity, within its range. */
export function heatStep(opacity: number, step: 1 | -1): number {
  const nearest = HEAT_STEPS.findIndex((known) => known >= opacity - 1e-9);
  return HEAT_STEPS[Math.min(Math.max(nearest + step, 0), HEAT_STEPS.length - 1)] ?? opacity;
}
