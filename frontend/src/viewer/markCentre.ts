import type { Geometry, PatientMm, SphereGeometry } from "@/domain/payload";
import { centreOfBox } from "./boxShape";
import { middle } from "./outlines";
import { isInPatient, toPatient, toPixel } from "./plane";
import type { Slice } from "./slices";

/** The middle of a mark in the patient; null for a mark that has no place in a patient. */
export function centreOf(geometry: Geometry | SphereGeometry): PatientMm | null {
  if (geometry.kind === "SPHERE") return geometry.center_mm;
  const points = geometry.points_mm;
  if (!points || points.length === 0) return null;
  if (geometry.kind === "BOX") return centreOfBox(points);
  const mean = (axis: 0 | 1 | 2) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}

/** Where planes meet for a mark that names its slice only: at its pixels there, else straight on from where they meet. */
export function pointOn(
  { plane }: Pick<Slice, "plane">,
  geometry: Geometry | SphereGeometry,
  now: PatientMm | null,
): PatientMm | null {
  if (!isInPatient(plane) || geometry.kind === "SPHERE") return null;
  const pixels = geometry.points_px ?? [];
  if (pixels.length > 0) return toPatient(plane, middle(pixels));
  return now && toPatient(plane, toPixel(plane, now));
}
