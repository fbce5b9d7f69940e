import type { Geometry, PatientMm, SphereGeometry } from "@/domain/payload";
import { dot, newell, unit } from "@/domain/vectors";
import { boxFacing } from "./boxShape";
import { centreOf } from "./markCentre";
import { distanceFromPlane_mm, drawnPlane, isInPatient, normalOf, toPatient } from "./plane";
import type { Slice } from "./slices";

/** The slice a mark was made on: by its instance and frame, else the nearest one of its frame of reference. */
export function sliceOf(geometry: Geometry | SphereGeometry, slices: Slice[]): Slice | null {
  if (geometry.sop_instance_uid) {
    const frame = geometry.frame_number ?? 1;
    const named = slices.find(
      (slice) => slice.sopInstanceUid === geometry.sop_instance_uid && slice.frameNumber === frame,
    );
    return named ?? null;
  }
  return nearestSlice(geometry, slices);
}

/** Where a mark lies that came without its image: on the slice nearest its middle, among those it can lie on. */
function nearestSlice(geometry: Geometry | SphereGeometry, slices: Slice[]): Slice | null {
  const candidates = slices.filter((slice) => isOfItsSeries(geometry, slice) && facesIt(geometry, slice));
  if (geometry.kind === "SPHERE") {
    return nearestTo(geometry.center_mm, geometry.diameter_mm / 2, candidates)?.slice ?? null;
  }
  const middle = centreOf(geometry);
  const nearest = middle && nearestTo(middle, 0, candidates);
  if (!nearest) return null;
  const { slice, reach_mm } = nearest;
  // A line that leaves the slab of its slice lies on no slice, and would be drawn where it is not.
  const points = geometry.points_mm ?? [];
  const isWithin = !isOutline(geometry) || points.every((point) => distanceTo(slice, point) <= reach_mm);
  return isWithin ? slice : null;
}

function isOfItsSeries(geometry: Geometry | SphereGeometry, slice: Slice): boolean {
  const { frame_of_reference_uid: frame, series_instance_uid: series } = geometry;
  const isOfSeries = !series || slice.seriesInstanceUid === series;
  return isOfSeries && (!frame || slice.frameOfReferenceUid === frame) && isInPatient(slice.plane);
}

function isOutline({ kind }: Geometry | SphereGeometry): boolean {
  return kind === "FREEHAND" || kind === "RECTANGLE" || kind === "ELLIPSE";
}

// Small outlines whose points are rounded to a tenth of a millimetre are tilted by some degrees.
const FACING = Math.cos(Math.PI / 36);

/** Whether a mark can be drawn on a slice that is turned as this one: an axial contour cannot on a coronal one. */
function facesIt(geometry: Geometry | SphereGeometry, { plane }: Slice): boolean {
  if (!isInPatient(plane)) return false;
  if (geometry.kind === "BOX") return boxFacing(geometry, plane) !== null;
  if (geometry.kind === "SPHERE" || !isOutline(geometry)) return true;
  const [a0, a1, b0, b1] = geometry.points_mm ?? [];
  const isEllipse = geometry.kind === "ELLIPSE" && a0 && a1 && b0 && b1;
  const normal = unit(newell(isEllipse ? [a0, b0, a1, b1] : (geometry.points_mm ?? [])));
  return normal === null || Math.abs(dot(normal, normalOf(plane.orientation))) > FACING;
}

// Points travel with three decimals; and an image that is alone has no neighbour to tell how thick it is.
const ROUNDING_MM = 0.01;
const LEAST_REACH_MM = 0.5;

/** The slice nearest to a point, if it is within `reach_mm` or half the way to the next slice. */
function nearestTo(
  point: PatientMm,
  reach_mm: number,
  slices: Slice[],
): { slice: Slice; reach_mm: number } | null {
  const [nearest, next] = slices
    .map((slice) => ({ slice, distance_mm: distanceTo(slice, point) }))
    .sort((one, other) => one.distance_mm - other.distance_mm);
  if (!nearest) return null;
  const { slice, distance_mm } = nearest;
  const gap_mm = next ? distanceTo(slice, toPatient(drawnPlane(next.slice.plane), [0, 0])) : 0;
  const reach = Math.max(reach_mm, gap_mm / 2, LEAST_REACH_MM) + ROUNDING_MM;
  return distance_mm <= reach ? { slice, reach_mm: reach } : null;
}

function distanceTo(slice: Slice, point: PatientMm): number {
  return Math.abs(distanceFromPlane_mm(drawnPlane(slice.plane), point));
}
