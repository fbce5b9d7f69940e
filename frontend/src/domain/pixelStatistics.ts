import type { MarkKind } from "./labelSchema";
import { rounded } from "./measurements";
import type { PixelPoint, Values } from "./payload";

/** A grey image as values: what a probe reads and an area sums up. */
export interface GreyImage {
  columns: number;
  rows: number;
  values: ArrayLike<number>;
  /** 1 where a pixel is padding and no measurement. */
  padding?: ArrayLike<number> | null;
  unit: string;
  /** The shape of a pixel: a circle in the patient is an ellipse of pixels that are not square. */
  row_mm: number;
  column_mm: number;
}

// As the payload allows; a longer text is no unit.
const UNIT = /^[!-~]{1,16}$/;

/** The unit as a mark keeps it: what the image names, or `raw` where it names none that can be kept. */
export function unitText(named: string | null): string {
  return named !== null && UNIT.test(named) ? named : "raw";
}

// As the payload allows; larger numbers are no measurement.
const LARGEST = 1e10;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** First and last column of a run of pixels. */
type Run = [number, number];

interface Shape {
  bounds: Box;
  /** The pixels of a row whose centres the shape covers, from left to right. */
  runs: (row: number) => Run[];
}

/** The pixel values under a mark; none when it covers no pixel of the image. */
export function valuesUnder(kind: MarkKind, points: PixelPoint[], image: GreyImage): Values {
  const [first] = points;
  if (!first) return {};
  if (kind === "PROBE") return probed(first, image);
  const shape = shapeOf(kind, points, image);
  return shape ? summed(shape, image) : {};
}

/** How many pixels have to be looked at for them, at most. */
export function pixelsAround(kind: MarkKind, points: PixelPoint[], image: GreyImage): number {
  const shape = shapeOf(kind, points, image);
  if (!shape) return 0;
  const { left, right, top, bottom } = within(shape.bounds, image);
  return Math.max(right - left + 1, 0) * Math.max(bottom - top + 1, 0);
}

function probed([column, row]: PixelPoint, image: GreyImage): Values {
  const [at, down] = [Math.round(column), Math.round(row)];
  if (at < 0 || down < 0 || at >= image.columns || down >= image.rows) return {};
  const value = valueAt(image, at, down);
  return value === null || Math.abs(value) > LARGEST ? {} : { value: rounded(value), unit: image.unit };
}

function valueAt(image: GreyImage, column: number, row: number): number | null {
  const index = row * image.columns + column;
  const value = image.values[index];
  return value === undefined || !Number.isFinite(value) || image.padding?.[index] === 1 ? null : value;
}

function shapeOf(kind: MarkKind, points: PixelPoint[], image: GreyImage): Shape | null {
  switch (kind) {
    case "RECTANGLE":
    case "FREEHAND":
    case "LIVEWIRE":
    case "SPLINE":
      return polygon(points);
    case "ELLIPSE":
      return ellipseOfAxes(points);
    case "CIRCLE":
      return circle(points, image);
    default:
      return null;
  }
}

/** A pixel belongs to a shape when its centre does. */
function polygon(points: PixelPoint[]): Shape {
  return {
    bounds: boundsOf(points),
    runs: (row) => {
      const crossings: number[] = [];
      let [beforeColumn, beforeRow] = points.at(-1) ?? [0, 0];
      for (const [atColumn, atRow] of points) {
        // An edge counts its upper end and not its lower one, so that a corner is crossed once.
        if (atRow > row !== beforeRow > row) {
          crossings.push(atColumn + ((row - atRow) / (beforeRow - atRow)) * (beforeColumn - atColumn));
        }
        [beforeColumn, beforeRow] = [atColumn, atRow];
      }
      return between(crossings.sort((one, other) => one - other));
    },
  };
}

/** From every second crossing up to the next one, which itself lies outside. */
function between(crossings: number[]): Run[] {
  const runs: Run[] = [];
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    runs.push([Math.ceil(crossings[index] ?? 0), Math.ceil(crossings[index + 1] ?? 0) - 1]);
  }
  return runs;
}

/** Ends of two axes that halve each other; the image of a circle under the matrix of its half axes. */
function ellipseOfAxes([a0, a1, b0, b1]: PixelPoint[]): Shape | null {
  if (!a0 || !a1 || !b0 || !b1) return null;
  const centre: PixelPoint = [(a0[0] + a1[0]) / 2, (a0[1] + a1[1]) / 2];
  return ellipse(centre, halfAxis(a0, a1), halfAxis(b0, b1));
}

function halfAxis(from: PixelPoint, to: PixelPoint): PixelPoint {
  return [(to[0] - from[0]) / 2, (to[1] - from[1]) / 2];
}

function circle([centre, edge]: PixelPoint[], image: GreyImage): Shape | null {
  if (!centre || !edge) return null;
  const radius_mm = Math.hypot((edge[0] - centre[0]) * image.column_mm, (edge[1] - centre[1]) * image.row_mm);
  return ellipse(centre, [radius_mm / image.column_mm, 0], [0, radius_mm / image.row_mm]);
}

function ellipse(centre: PixelPoint, u: PixelPoint, v: PixelPoint): Shape | null {
  const determinant = u[0] * v[1] - u[1] * v[0];
  if (determinant === 0) return null;
  const reach: PixelPoint = [Math.hypot(u[0], v[0]), Math.hypot(u[1], v[1])];
  return {
    bounds: boundsOf([
      [centre[0] - reach[0], centre[1] - reach[1]],
      [centre[0] + reach[0], centre[1] + reach[1]],
    ]),
    runs: (row) => {
      const y = row - centre[1];
      const contains = (column: number) => {
        const x = column - centre[0];
        return Math.hypot((x * v[1] - y * v[0]) / determinant, (y * u[0] - x * u[1]) / determinant) <= 1;
      };
      // Where the border cuts the row, by the quadratic equation; the pixels next to it are asked themselves.
      const a = u[1] ** 2 + v[1] ** 2;
      const middle = (y * (u[0] * u[1] + v[0] * v[1])) / a;
      const half = (Math.abs(determinant) * Math.sqrt(Math.max(a - y ** 2, 0))) / a;
      let first = Math.floor(centre[0] + middle - half);
      let last = Math.ceil(centre[0] + middle + half);
      while (first <= last && !contains(first)) first += 1;
      while (last >= first && !contains(last)) last -= 1;
      return [[first, last]];
    },
  };
}

function boundsOf(points: PixelPoint[]): Box {
  const bounds = {
    left: Number.POSITIVE_INFINITY,
    top: Number.POSITIVE_INFINITY,
    right: Number.NEGATIVE_INFINITY,
    bottom: Number.NEGATIVE_INFINITY,
  };
  for (const [column, row] of points) {
    bounds.left = Math.min(bounds.left, column);
    bounds.right = Math.max(bounds.right, column);
    bounds.top = Math.min(bounds.top, row);
    bounds.bottom = Math.max(bounds.bottom, row);
  }
  return bounds;
}

/** The whole pixels of a box that the image has. */
function within(bounds: Box, image: GreyImage): Box {
  return {
    left: Math.max(Math.ceil(bounds.left), 0),
    right: Math.min(Math.floor(bounds.right), image.columns - 1),
    top: Math.max(Math.ceil(bounds.top), 0),
    bottom: Math.min(Math.floor(bounds.bottom), image.rows - 1),
  };
}

/** Mean, standard deviation of these very pixels (not an estimate for others), and the ends. */
function summed({ bounds, runs }: Shape, image: GreyImage): Values {
  const { left, right, top, bottom } = within(bounds, image);
  let [count, mean, squares] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = top; row <= bottom; row += 1) {
    for (const [first, last] of runs(row)) {
      const end = Math.min(last, right);
      for (let column = Math.max(first, left); column <= end; column += 1) {
        const value = valueAt(image, column, row);
        if (value === null) continue;
        // Welford (1962): no difference of large sums.
        count += 1;
        const deviation = value - mean;
        mean += deviation / count;
        squares += deviation * (value - mean);
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
  }
  if (count === 0 || min < -LARGEST || max > LARGEST) return {};
  const sd = Math.sqrt(squares / count);
  return { mean: rounded(mean), sd: rounded(sd), min: rounded(min), max: rounded(max), unit: image.unit };
}
