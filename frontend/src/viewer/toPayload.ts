import type { MarkKind } from "@/domain/labelSchema";
import { hasControls, isContour, markKindRow } from "@/domain/markKinds";
import { pointsInMm, rounded, sizesOf } from "@/domain/measurements";
import type { Geometry, Measurements, PatientMm, PixelPoint, Values } from "@/domain/payload";
import type { GreyImage } from "@/domain/pixelStatistics";
import { distance } from "@/domain/vectors";
import { areaValues } from "./areaValues";
import { type BoxDepth, boxPoints } from "./box";
import { calibrationAt } from "./calibration";
import { drawnPlane, isInPatient, toPatient, toPixel } from "./plane";
import type { Slice } from "./slices";

export interface DrawnMark {
  geometry: Geometry;
  measurements: Measurements;
}

/** What an annotation holds, in Cornerstone's world: its points, and what a spline or livewire was drawn through. */
export interface DrawnShape {
  points: PatientMm[];
  controls?: PatientMm[];
}

/** What a mark needs to know besides its points. */
export interface MarkSurroundings {
  slice: Slice;
  offset: PixelOffset;
  /** Null where there are no values to read: a colour image, or one that is not loaded. */
  image: GreyImage | null;
  /** How far a 3D box reaches; null where the series has no depth. */
  depth: BoxDepth | null;
  /** Who reads the values, if not at once. */
  readValues?: (kind: MarkKind, points: PixelPoint[], image: GreyImage) => Values;
}

/**
 * What Cornerstone adds to the column and row of its world points: nothing with WebGL; half a pixel on
 * the CPU, which puts the origin at the corner of the first pixel and not, as DICOM does, at its centre.
 */
export type PixelOffset = 0 | 0.5;

/** Cornerstone keeps a rectangle's corners row by row; the payload goes round it. The swap is its own inverse. */
export function reorderedCorners<T>(kind: MarkKind, points: T[]): T[] {
  const [first, second, third, fourth] = points;
  const isRectangle = kind === "RECTANGLE" || kind === "BOX";
  if (!isRectangle || !first || !second || !third || !fourth) return points;
  return [first, second, fourth, third];
}

/**
 * A drawn annotation as the payload keeps it: patient millimetres, or pixels where the image has no place in
 * the patient. Null when it is not whole: an angle with one arm, a box on an image without depth.
 */
export function toPayload(
  kind: MarkKind,
  shape: DrawnShape,
  surroundings: MarkSurroundings,
): DrawnMark | null {
  const { slice, offset, image, depth, readValues = areaValues } = surroundings;
  const pixels = pixelPoints(kind, shape.points, slice, offset);
  const { fewest, most } = markKindRow(kind);
  if (pixels.length < fewest) return null;
  const kept = isContour(kind) ? thinned(pixels, most) : pixels.slice(0, most);
  const placed = kind === "BOX" ? boxOn(kept, slice, depth) : placedInOrder(kind, kept, slice);
  if (!placed) return null;
  const controls = hasControls(kind) ? pixelPoints("POINT", shape.controls ?? [], slice, offset) : [];
  const geometry: Geometry = {
    kind,
    ...placed,
    ...placedControls(controls, slice),
    frame_of_reference_uid: slice.frameOfReferenceUid,
    sop_instance_uid: slice.sopInstanceUid,
    series_instance_uid: slice.seriesInstanceUid,
    frame_number: slice.frameNumber,
  };
  const values = image ? readValues(kind, kept, image) : {};
  return { geometry, measurements: { ...sizesOf(geometry), ...values } };
}

/** The points of an annotation as columns and rows, in the payload's order. */
function pixelPoints(kind: MarkKind, world: PatientMm[], slice: Slice, offset: PixelOffset): PixelPoint[] {
  const plane = drawnPlane(slice.plane);
  const pixels = inOrder(kind, world).map((point): PixelPoint => {
    const [column, row] = toPixel(plane, point);
    return [column - offset, row - offset];
  });
  return isContour(kind) ? withoutRepeats(pixels) : pixels;
}

function inOrder(kind: MarkKind, points: PatientMm[]): PatientMm[] {
  if (kind !== "BIDIRECTIONAL") return reorderedCorners(kind, points);
  const [a0, a1, b0, b1] = points;
  if (!a0 || !a1 || !b0 || !b1) return points;
  // RECIST: the long axis is the longer one, whichever was drawn first.
  return distance(a0, a1) >= distance(b0, b1) ? [a0, a1, b0, b1] : [b0, b1, a0, a1];
}

// Of a pixel; closer points are one.
const REPEATED = 1e-3;

/** A closed line names its first point once. */
function withoutRepeats(points: PixelPoint[]): PixelPoint[] {
  return points.filter((point, index) => {
    const before = points.at(index - 1);
    return (
      points.length === 1 || !before || Math.hypot(point[0] - before[0], point[1] - before[1]) > REPEATED
    );
  });
}

/** An outline of a whole slice may have more points than are worth keeping: every second, third … is left. */
function thinned(points: PixelPoint[], most: number): PixelPoint[] {
  const step = Math.ceil(points.length / most);
  return step <= 1 ? points : points.filter((_, index) => index % step === 0);
}

/** The long axis is the longer one in millimetres too, where pixels are not square. */
function placedInOrder(kind: MarkKind, pixels: PixelPoint[], slice: Slice): PlacedPoints {
  const placed = placedPoints(pixels, slice);
  const [a0, a1, b0, b1] = pointsInMm(placed) ?? [];
  const isSwapped = kind === "BIDIRECTIONAL" && a0 && a1 && b0 && b1 && distance(a0, a1) < distance(b0, b1);
  return isSwapped ? placedPoints([...pixels.slice(2), ...pixels.slice(0, 2)], slice) : placed;
}

export type PlacedPoints = Pick<Geometry, "points_mm" | "points_px" | "spacing_mm" | "calibration">;

export function placedPoints(pixels: PixelPoint[], slice: Slice): PlacedPoints {
  const { plane } = slice;
  if (isInPatient(plane)) return { points_mm: pixels.map((pixel) => roundedPoint(toPatient(plane, pixel))) };
  const points_px = pixels.map(roundedPixel);
  const found = calibrationAt(slice.frame, pixels);
  if (!found.spacing) return { points_mm: null, points_px };
  const { row_mm, column_mm } = found.spacing;
  return { points_mm: null, points_px, spacing_mm: [row_mm, column_mm], calibration: found.kind };
}

function placedControls(pixels: PixelPoint[], slice: Slice): Pick<Geometry, "controls_mm" | "controls_px"> {
  const { plane } = slice;
  if (pixels.length < 3) return {};
  if (!isInPatient(plane)) return { controls_px: pixels.map(roundedPixel) };
  return { controls_mm: pixels.map((pixel) => roundedPoint(toPatient(plane, pixel))) };
}

function boxOn(corners: PixelPoint[], slice: Slice, depth: BoxDepth | null): PlacedPoints | null {
  const { plane } = slice;
  if (!isInPatient(plane) || !depth) return null;
  const points = boxPoints(
    corners.map((corner) => toPatient(plane, corner)),
    plane,
    depth,
  );
  return points && { points_mm: points.map(roundedPoint) };
}

function roundedPoint([x, y, z]: PatientMm): PatientMm {
  return [rounded(x), rounded(y), rounded(z)];
}

function roundedPixel([column, row]: PixelPoint): PixelPoint {
  return [rounded(column), rounded(row)];
}
