import type { MarkKind } from "@/domain/labelSchema";
import type { PixelPoint } from "@/domain/payload";

/** An image in its own pixels: how many, and how large one is in any unit. */
export interface ImageSize {
  columns: number;
  rows: number;
  spacing: { row_mm: number; column_mm: number };
}

/** Columns and rows from the least to the most. */
export interface Extent {
  least: PixelPoint;
  most: PixelPoint;
}

// Pixels reach half a pixel around their middles. A hair less, so that what is rounded to a pixel finds one of the image.
const HALF = 0.5 - 1e-3;

/** Where marks may lie: on the pixels of the image, out to their borders. */
export function extentOfImage({ columns, rows }: ImageSize): Extent {
  return { least: [-HALF, -HALF], most: [columns - 1 + HALF, rows - 1 + HALF] };
}

export function extentOfPoints(points: readonly PixelPoint[]): Extent {
  const [columns, rows] = [points.map(([column]) => column), points.map(([, row]) => row)];
  return {
    least: [Math.min(...columns), Math.min(...rows)],
    most: [Math.max(...columns), Math.max(...rows)],
  };
}

// Points come by way of the screen, whose numbers are coarser.
const ROUNDING = 1e-4;

export function isOnImage(point: PixelPoint, size: ImageSize): boolean {
  const [column, row] = onImage(point, size);
  return Math.abs(column - point[0]) < ROUNDING && Math.abs(row - point[1]) < ROUNDING;
}

/** The point of the image that is nearest along its rows and columns. */
export function onImage([column, row]: PixelPoint, size: ImageSize): PixelPoint {
  const { least, most } = extentOfImage(size);
  return [clamped(column, least[0], most[0]), clamped(row, least[1], most[1])];
}

/** How far something may be moved of what is wanted, so that it stays on the image; what lies outside goes no further out. */
export function shiftOnImage(wanted: PixelPoint, moved: Extent, size: ImageSize): PixelPoint {
  const { least, most } = extentOfImage(size);
  const along = (axis: 0 | 1) =>
    clamped(
      wanted[axis],
      Math.min(0, least[axis] - moved.least[axis]),
      Math.max(0, most[axis] - moved.most[axis]),
    );
  return [along(0), along(1)];
}

/** What a mark covers: its points, and of a circle its whole line. */
export function extentOfMark(kind: MarkKind, points: readonly PixelPoint[], size: ImageSize): Extent {
  const [centre, rim] = points;
  if (kind !== "CIRCLE" || !centre || !rim) return extentOfPoints(points);
  const radius_mm = lengthOf(centre, rim, size);
  const [across, down] = [radius_mm / size.spacing.column_mm, radius_mm / size.spacing.row_mm];
  return {
    least: [centre[0] - across, centre[1] - down],
    most: [centre[0] + across, centre[1] + down],
  };
}

/**
 * The points of a mark whose other points follow the one that the mouse has: the other side of an ellipse or circle
 * and the short axis that turns with the long one stay on the image, too. Others are given back as they are.
 */
export function followersOnImage(
  kind: MarkKind,
  points: readonly PixelPoint[],
  size: ImageSize,
): readonly PixelPoint[] {
  if (kind === "CIRCLE") return circleOnImage(points, size);
  if (kind === "ELLIPSE") return ellipseOnImage(points, size);
  if (kind === "BIDIRECTIONAL") return axesOnImage(points, size);
  return points;
}

function circleOnImage(points: readonly PixelPoint[], size: ImageSize): readonly PixelPoint[] {
  const [centre, rim] = points;
  if (!centre || !rim || !isOnImage(centre, size)) return points;
  const room = roomAround(centre, size);
  const most_mm = Math.min(room[0] * size.spacing.column_mm, room[1] * size.spacing.row_mm);
  const part = partOf(most_mm, lengthOf(centre, rim, size));
  return points.map((point) => towards(centre, point, part));
}

/** Its axes end at the first two and the last two points. */
function ellipseOnImage(points: readonly PixelPoint[], size: ImageSize): readonly PixelPoint[] {
  const [first, second] = points;
  if (!first || !second) return points;
  const centre: PixelPoint = [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2];
  if (!isOnImage(centre, size)) return points;
  const room = roomAround(centre, size);
  return points.map((point) => {
    const [across, down] = [Math.abs(point[0] - centre[0]), Math.abs(point[1] - centre[1])];
    return towards(centre, point, Math.min(partOf(room[0], across), partOf(room[1], down)));
  });
}

function axesOnImage(points: readonly PixelPoint[], size: ImageSize): readonly PixelPoint[] {
  const [a0, a1, b0, b1] = points;
  const crossing = a0 && a1 && b0 && b1 && crossingOf(a0, a1, b0, b1);
  if (!crossing || !isOnImage(crossing, size)) return points;
  return [a0, a1, cutOff(crossing, b0, size), cutOff(crossing, b1, size)];
}

/** Where the lines through two pairs of points meet; null for lines that do not. */
function crossingOf(a0: PixelPoint, a1: PixelPoint, b0: PixelPoint, b1: PixelPoint): PixelPoint | null {
  const [ax, ay] = [a1[0] - a0[0], a1[1] - a0[1]];
  const [bx, by] = [b1[0] - b0[0], b1[1] - b0[1]];
  const cross = ax * by - ay * bx;
  if (Math.abs(cross) < 1e-9) return null;
  const along = ((b0[0] - a0[0]) * by - (b0[1] - a0[1]) * bx) / cross;
  return [a0[0] + along * ax, a0[1] + along * ay];
}

/** The way from a point of the image to another one, as far as it lies on the image. */
function cutOff(from: PixelPoint, to: PixelPoint, size: ImageSize): PixelPoint {
  const { least, most } = extentOfImage(size);
  const part = ([0, 1] as const).map((axis) => {
    const way = to[axis] - from[axis];
    return partOf(way > 0 ? most[axis] - from[axis] : from[axis] - least[axis], Math.abs(way));
  });
  return towards(from, to, Math.min(...part));
}

/** Columns and rows to the nearest edges. */
function roomAround([column, row]: PixelPoint, size: ImageSize): PixelPoint {
  const { least, most } = extentOfImage(size);
  return [Math.min(column - least[0], most[0] - column), Math.min(row - least[1], most[1] - row)];
}

function partOf(room: number, wanted: number): number {
  return wanted <= room ? 1 : Math.max(0, room) / wanted;
}

function towards(from: PixelPoint, to: PixelPoint, part: number): PixelPoint {
  if (part === 1) return to;
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function lengthOf(from: PixelPoint, to: PixelPoint, { spacing }: ImageSize): number {
  return Math.hypot((to[0] - from[0]) * spacing.column_mm, (to[1] - from[1]) * spacing.row_mm);
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
