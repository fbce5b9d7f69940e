import type { MarkKind } from "./labelSchema";
import type { Geometry, Measurements, PatientMm } from "./payload";

/** To the micrometre: finer digits are noise of the mouse and of floating point. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function distance(from: PatientMm | undefined, to: PatientMm | undefined): number {
  return from && to ? Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]) : 0;
}

/** How each kind of mark is measured from its points; the server computes the same and compares. */
const SIZES_OF_KIND: Record<MarkKind, (points: PatientMm[]) => Measurements> = {
  POINT: () => ({}),
  LENGTH: ([from, to]) => ({ length_mm: distance(from, to) }),
  RECTANGLE: ([first, second, , fourth]) => {
    const width_mm = distance(first, second);
    const height_mm = distance(first, fourth);
    const perimeter_mm = 2 * (width_mm + height_mm);
    return { width_mm, height_mm, area_mm2: width_mm * height_mm, perimeter_mm };
  },
  ELLIPSE: ([a0, a1, b0, b1]) => {
    const height_mm = distance(a0, a1);
    const width_mm = distance(b0, b1);
    return { width_mm, height_mm, area_mm2: (Math.PI / 4) * width_mm * height_mm };
  },
};

/** The sizes that the points of a geometry say; none where the image has no spacing, for a guess would look like a measurement. */
export function measurementsOf(geometry: Geometry): Measurements {
  const points = pointsInMm(geometry);
  if (!points) return {};
  const sizes = Object.entries(SIZES_OF_KIND[geometry.kind](points));
  return Object.fromEntries(sizes.map(([name, value]) => [name, rounded(value)]));
}

/** The points in millimetres: in the patient, or in the plane of an image that has a spacing only. */
export function pointsInMm(geometry: Geometry): PatientMm[] | null {
  if (geometry.points_mm) return geometry.points_mm;
  const { points_px, spacing_mm } = geometry;
  if (!points_px || !spacing_mm) return null;
  return points_px.map(([column, row]): PatientMm => [column * spacing_mm[1], row * spacing_mm[0], 0]);
}
