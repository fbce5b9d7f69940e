import type { MarkKind } from "@/domain/labelSchema";
import { measurementsOf, rounded } from "@/domain/measurements";
import {
  type Geometry,
  type Measurements,
  type PatientMm,
  type PixelPoint,
  POINTS_OF_KIND,
} from "@/domain/payload";
import { calibrationAt } from "./calibration";
import { drawnPlane, isInPatient, toPatient, toPixel } from "./plane";
import type { Slice } from "./slices";

export interface DrawnMark {
  geometry: Geometry;
  measurements: Measurements;
}

/**
 * What Cornerstone adds to the column and row of its world points: nothing with WebGL; half a pixel on
 * the CPU, which puts the origin at the corner of the first pixel and not, as DICOM does, at its centre.
 */
export type PixelOffset = 0 | 0.5;

/** Cornerstone keeps a rectangle's corners row by row; the payload goes round it. The swap is its own inverse. */
export function reorderedCorners<T>(kind: MarkKind, points: T[]): T[] {
  const [first, second, third, fourth] = points;
  if (kind !== "RECTANGLE" || !first || !second || !third || !fourth) return points;
  return [first, second, fourth, third];
}

/** A drawn annotation as the payload keeps it: patient millimetres, or pixels where the image has no place in the patient. */
export function toPayload(
  kind: MarkKind,
  worldPoints: PatientMm[],
  slice: Slice,
  offset: PixelOffset,
): DrawnMark {
  if (worldPoints.length < POINTS_OF_KIND[kind]) {
    throw new Error(
      `A ${kind} needs ${POINTS_OF_KIND[kind]} points, the annotation has ${worldPoints.length}.`,
    );
  }
  const pixels = pixelPoints(kind, worldPoints.slice(0, POINTS_OF_KIND[kind]), slice, offset);
  const geometry = {
    kind,
    ...pointsOf(pixels, slice),
    frame_of_reference_uid: slice.frameOfReferenceUid,
    sop_instance_uid: slice.sopInstanceUid,
    series_instance_uid: slice.seriesInstanceUid,
    frame_number: slice.frameNumber,
  };
  return { geometry, measurements: measurementsOf(geometry) };
}

/** The points of an annotation as columns and rows, in the payload's order. */
export function pixelPoints(
  kind: MarkKind,
  world: PatientMm[],
  slice: Slice,
  offset: PixelOffset,
): PixelPoint[] {
  const plane = drawnPlane(slice.plane);
  const pixels = world.map((point): PixelPoint => {
    const [column, row] = toPixel(plane, point);
    return [column - offset, row - offset];
  });
  return reorderedCorners(kind, pixels);
}

function pointsOf(
  pixels: PixelPoint[],
  slice: Slice,
): Pick<Geometry, "points_mm" | "points_px" | "spacing_mm"> {
  const { plane } = slice;
  if (!isInPatient(plane)) {
    const points_px = pixels.map(([column, row]): PixelPoint => [rounded(column), rounded(row)]);
    const { spacing } = calibrationAt(slice.frame, pixels);
    if (!spacing) return { points_mm: null, points_px };
    return { points_mm: null, points_px, spacing_mm: [spacing.row_mm, spacing.column_mm] };
  }
  const points_mm = pixels.map((pixel): PatientMm => {
    const [x, y, z] = toPatient(plane, pixel);
    return [rounded(x), rounded(y), rounded(z)];
  });
  return { points_mm };
}
