import type { PixelPoint } from "@/domain/payload";
import type { PatientPlane } from "./plane";

/** Plane figures made of one another, in columns and rows. */

export function middle(points: PixelPoint[]): PixelPoint {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0) / points.length;
  return [sum(0), sum(1)];
}

/** Of two axes, given by their ends, the longer one. */
export function longerAxis([a0, a1, b0, b1]: PixelPoint[]): PixelPoint[] | null {
  if (!a0 || !a1 || !b0 || !b1) return null;
  const length = (from: PixelPoint, to: PixelPoint) => Math.hypot(to[0] - from[0], to[1] - from[1]);
  return length(a0, a1) >= length(b0, b1) ? [a0, a1] : [b0, b1];
}

/** The rectangle around an ellipse, from the ends of its axes. */
export function aroundAxes(axes: PixelPoint[]): PixelPoint[] | null {
  const [end, , otherEnd] = axes;
  if (!end || !otherEnd) return null;
  const centre = middle(axes);
  const corner = (a: 1 | -1, b: 1 | -1): PixelPoint => [
    centre[0] + a * (end[0] - centre[0]) + b * (otherEnd[0] - centre[0]),
    centre[1] + a * (end[1] - centre[1]) + b * (otherEnd[1] - centre[1]),
  ];
  return [corner(1, 1), corner(1, -1), corner(-1, -1), corner(-1, 1)];
}

/** The axes of the ellipse within a rectangle, by their ends. */
export function axesWithin([first, second, third, fourth]: PixelPoint[]): PixelPoint[] | null {
  if (!first || !second || !third || !fourth) return null;
  return [middle([third, fourth]), middle([first, second]), middle([first, fourth]), middle([second, third])];
}

/** The rectangle along rows and columns around all points. */
export function aroundPoints(points: PixelPoint[]): PixelPoint[] {
  const [columns, rows] = [points.map(([column]) => column), points.map(([, row]) => row)];
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** The two points that are furthest apart in millimetres (or in the shape of a pixel, without spacing). */
export function longest(points: PixelPoint[], spacing: PatientPlane["spacing"]): PixelPoint[] | null {
  let best: [PixelPoint, PixelPoint] | null = null;
  let most = -1;
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(0, index)) {
      const apart = Math.hypot((one[0] - other[0]) * spacing.column_mm, (one[1] - other[1]) * spacing.row_mm);
      if (apart <= most) continue;
      most = apart;
      best = [other, one];
    }
  }
  return best;
}

/** The centre of the area within a closed line; of its points where it encloses nothing. */
export function centroid(points: PixelPoint[]): PixelPoint {
  let [twice, column, row] = [0, 0, 0];
  let before = points.at(-1) ?? [0, 0];
  for (const point of points) {
    const cross = before[0] * point[1] - point[0] * before[1];
    twice += cross;
    column += (before[0] + point[0]) * cross;
    row += (before[1] + point[1]) * cross;
    before = point;
  }
  return Math.abs(twice) < 1e-9 ? middle(points) : [column / (3 * twice), row / (3 * twice)];
}
