import type { MarkKind } from "@/domain/labelSchema";
import type { PixelPoint } from "@/domain/payload";
import { CALIBRATIONS, type Calibration, NO_CALIBRATION } from "./calibration";

/** Sizes of a mark in any unit: per pixel 1 x 1, or per millimetre with the image's spacing. */
export interface Sizes {
  length: number | null;
  width: number | null;
  height: number | null;
  area: number | null;
}

const NO_SIZES: Sizes = { length: null, width: null, height: null, area: null };

type Distance = (from: PixelPoint | undefined, to: PixelPoint | undefined) => number;

function distanceWith(column: number, row: number): Distance {
  return (from, to) => (from && to ? Math.hypot((to[0] - from[0]) * column, (to[1] - from[1]) * row) : 0);
}

/** How each kind of mark is measured from its points in contract order. */
const SIZES_OF_KIND: Record<MarkKind, (points: PixelPoint[], distance: Distance) => Sizes> = {
  POINT: () => NO_SIZES,
  LENGTH: ([from, to], distance) => ({ ...NO_SIZES, length: distance(from, to) }),
  RECTANGLE: ([first, second, , fourth], distance) => {
    const width = distance(first, second);
    const height = distance(first, fourth);
    return { length: null, width, height, area: width * height };
  },
  ELLIPSE: ([a0, a1, b0, b1], distance) => {
    const height = distance(a0, a1);
    const width = distance(b0, b1);
    return { length: null, width, height, area: (Math.PI / 4) * width * height };
  },
};

export function sizesInPixels(kind: MarkKind, points: PixelPoint[]): Sizes {
  return SIZES_OF_KIND[kind](points, distanceWith(1, 1));
}

/**
 * What is written beside a mark: millimetres and what they mean where the image is calibrated, else pixels,
 * named as such, and why.
 */
export function sizeText(kind: MarkKind, points: PixelPoint[], calibration: Calibration): string[] {
  const { spacing } = calibration;
  const unit = spacing ? "mm" : "px";
  const sizes = SIZES_OF_KIND[kind](points, distanceWith(spacing?.column_mm ?? 1, spacing?.row_mm ?? 1));
  const suffix = spacing ? CALIBRATIONS[calibration.kind].suffix : "";
  const lines = linesOf(sizes, unit, suffix);
  // That an image has no spacing at all is said by the unit; a place within it that has none needs its reason.
  const isPlaceRefused = !spacing && calibration.refusal !== "NO_SPACING";
  return isPlaceRefused && lines.length > 0 ? [...lines, NO_CALIBRATION[calibration.refusal]] : lines;
}

function linesOf(sizes: Sizes, unit: string, suffix: string): string[] {
  if (sizes.length !== null) return [`${sizes.length.toFixed(1)} ${unit}${suffix}`];
  if (sizes.width === null || sizes.height === null || sizes.area === null) return [];
  return [
    `${sizes.width.toFixed(1)} × ${sizes.height.toFixed(1)} ${unit}${suffix}`,
    `${sizes.area.toFixed(1)} ${unit}²${suffix}`,
  ];
}
