import type { Geometry, PatientMm, SphereGeometry } from "@/domain/payload";
import { distanceFromPlane_mm, drawnPlane, isInPatient, toPatient } from "./plane";
import type { Slice } from "./slices";

/** Where a mark lies that came without its image: a ball on the slice nearest to its centre, a flat one to its points. */
export function nearestSlice(geometry: Geometry | SphereGeometry, slices: Slice[]): Slice | null {
  const frame = geometry.frame_of_reference_uid;
  if (geometry.kind === "SPHERE") {
    return nearestTo(geometry.center_mm, frame, geometry.diameter_mm / 2, slices);
  }
  return geometry.points_mm ? nearestTo(centreOf(geometry.points_mm), frame, null, slices) : null;
}

// Points travel with three decimals.
const ROUNDING_MM = 0.01;

/** The slice nearest to a point, within `reach_mm`; without one, within half the way to the next slice. */
function nearestTo(
  point: PatientMm,
  frame: string | null | undefined,
  reach_mm: number | null,
  slices: Slice[],
): Slice | null {
  const [nearest, next] = slices
    .filter((slice) => (!frame || slice.frameOfReferenceUid === frame) && isInPatient(slice.plane))
    .map((slice) => ({ slice, distance_mm: distanceTo(slice, point) }))
    .sort((one, other) => one.distance_mm - other.distance_mm);
  if (!nearest) return null;
  const gap_mm = next ? distanceTo(nearest.slice, toPatient(drawnPlane(next.slice.plane), [0, 0])) : 0;
  return nearest.distance_mm <= (reach_mm ?? gap_mm / 2) + ROUNDING_MM ? nearest.slice : null;
}

function distanceTo(slice: Slice, point: PatientMm): number {
  return Math.abs(distanceFromPlane_mm(drawnPlane(slice.plane), point));
}

function centreOf(points: PatientMm[]): PatientMm {
  const mean = (axis: 0 | 1 | 2) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}
