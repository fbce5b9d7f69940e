import type { Geometry, PatientMm, SphereGeometry } from "@/domain/payload";
import { centreOfBox } from "./boxShape";

/** The middle of a mark in the patient; null for a mark that has no place in a patient. */
export function centreOf(geometry: Geometry | SphereGeometry): PatientMm | null {
  if (geometry.kind === "SPHERE") return geometry.center_mm;
  const points = geometry.points_mm;
  if (!points || points.length === 0) return null;
  if (geometry.kind === "BOX") return centreOfBox(points);
  const mean = (axis: 0 | 1 | 2) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}
