import type { Geometry, PatientMm } from "@/domain/payload";
import { along, dot, subtract, unit } from "@/domain/vectors";
import { normalOf, type PatientPlane } from "./plane";

// Of one: an edge within about a degree of the normal runs along it.
const ALONG = Math.cos(Math.PI / 180);

/**
 * The points of a box with the edge along the slice's normal last, as the reader's own have it: an AI may name its
 * edges in another order. Null for a box that is turned against the slices, whose cut is no rectangle of its sides.
 */
export function boxFacing(box: Geometry, plane: PatientPlane): PatientMm[] | null {
  const [corner, ...ends] = box.points_mm ?? [];
  if (!corner || ends.length !== 3) return null;
  const normal = normalOf(plane.orientation);
  const upright = ends.findLastIndex((end) => {
    const direction = unit(subtract(end, corner));
    return direction === null || Math.abs(dot(direction, normal)) > ALONG;
  });
  const end = ends[upright];
  if (!end) return null;
  return [corner, ...ends.filter((_, index) => index !== upright), end];
}

/** The middle of a box. */
export function centreOfBox([corner, ...ends]: readonly PatientMm[]): PatientMm | null {
  if (!corner) return null;
  return ends.reduce((centre, end) => along(centre, subtract(end, corner), 0.5), corner);
}
