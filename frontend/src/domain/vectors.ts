import type { PatientMm } from "./payload";

/** Points and directions in the patient. */

export function dot(one: PatientMm, other: PatientMm): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

export function subtract(one: PatientMm, other: PatientMm): PatientMm {
  return [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
}

export function cross(one: PatientMm, other: PatientMm): PatientMm {
  return [
    one[1] * other[2] - one[2] * other[1],
    one[2] * other[0] - one[0] * other[2],
    one[0] * other[1] - one[1] * other[0],
  ];
}

export function along(from: PatientMm, direction: PatientMm, length: number): PatientMm {
  return [from[0] + direction[0] * length, from[1] + direction[1] * length, from[2] + direction[2] * length];
}

export function norm(vector: PatientMm): number {
  return Math.hypot(...vector);
}

export function distance(from: PatientMm, to: PatientMm): number {
  return norm(subtract(to, from));
}

/** Of length 1; null for a vector without direction. */
export function unit(vector: PatientMm): PatientMm | null {
  const length = norm(vector);
  return length > 0 ? [vector[0] / length, vector[1] / length, vector[2] / length] : null;
}

/** 0 to 180 degrees, exact also where a cosine would not be. */
export function angleBetween_deg(one: PatientMm, other: PatientMm): number {
  return (Math.atan2(norm(cross(one, other)), dot(one, other)) * 180) / Math.PI;
}

/** Twice the area of a flat closed polygon along its normal, by Newell's formula. */
export function newell(points: PatientMm[]): PatientMm {
  const [origin] = points;
  if (!origin) return [0, 0, 0];
  let sum: PatientMm = [0, 0, 0];
  let before = subtract(points.at(-1) ?? origin, origin);
  for (const point of points) {
    const arm = subtract(point, origin);
    sum = along(sum, cross(before, arm), 1);
    before = arm;
  }
  return sum;
}
