import type { PatientMm } from "@/domain/payload";
import { distanceFromPlane_mm, dot, type ImagePlane, isInPatient, normalOf } from "./plane";
import type { Slice } from "./slices";

/** What the linking needs of a slice. */
type Placed = Pick<Slice, "plane" | "frameOfReferenceUid">;

/** Where two linked panes stood when they were linked. */
export interface LinkStart {
  source: number;
  target: number;
}

/**
 * The slice that a linked pane shows when another has scrolled: in the same frame of reference the one
 * nearest in the patient; else as far from its start as the other is from its own, in millimetres where
 * both say their position, in slices where not. Null where following means nothing: the planes cross.
 */
export function followingIndex(
  source: Placed[],
  sourceIndex: number,
  target: Placed[],
  start: LinkStart,
): number | null {
  const from = source[sourceIndex]?.plane;
  const first = target[0];
  if (!from || !first) return null;
  const isSameFrame = sharesFrame(source, target);
  if (isInPatient(from) && isInPatient(first.plane)) {
    const cosine = dot(normalOf(from.orientation), normalOf(first.plane.orientation));
    if (Math.abs(cosine) < LEAST_COSINE) return isSameFrame ? null : bySlices(sourceIndex, target, start);
    return isSameFrame
      ? nearestIndex(target, centreOf(from))
      : byDistance(source, sourceIndex, target, start, Math.sign(cosine));
  }
  return bySlices(sourceIndex, target, start);
}

// Within 25 degrees two acquisitions of one region are read side by side.
const LEAST_COSINE = Math.cos((25 * Math.PI) / 180);

function sharesFrame(source: Placed[], target: Placed[]): boolean {
  const frame = source[0]?.frameOfReferenceUid;
  return frame !== null && frame !== undefined && frame === target[0]?.frameOfReferenceUid;
}

function centreOf(plane: ImagePlane): PatientMm {
  const { position, orientation, spacing } = plane;
  if (!position || !orientation || !spacing) return [0, 0, 0];
  const across = ((plane.columns - 1) / 2) * spacing.column_mm;
  const down = ((plane.rows - 1) / 2) * spacing.row_mm;
  const at = (axis: 0 | 1 | 2) =>
    position[axis] + orientation.row[axis] * across + orientation.column[axis] * down;
  return [at(0), at(1), at(2)];
}

/** The slice whose plane lies nearest to a point; null when none says where it lies. */
export function nearestIndex(slices: Placed[], point: PatientMm): number | null {
  let nearest: { index: number; distance_mm: number } | null = null;
  for (const [index, { plane }] of slices.entries()) {
    if (!isInPatient(plane)) continue;
    const distance_mm = Math.abs(distanceFromPlane_mm(plane, point));
    if (!nearest || distance_mm < nearest.distance_mm) nearest = { index, distance_mm };
  }
  return nearest?.index ?? null;
}

function bySlices(sourceIndex: number, target: Placed[], start: LinkStart): number {
  return within(target, start.target + sourceIndex - start.source);
}

function byDistance(
  source: Placed[],
  sourceIndex: number,
  target: Placed[],
  start: LinkStart,
  sign: number,
): number {
  const startPlane = source[start.source]?.plane;
  const plane = source[sourceIndex]?.plane;
  const from = target[start.target]?.plane;
  if (!startPlane || !plane || !from) return bySlices(sourceIndex, target, start);
  if (!isInPatient(startPlane) || !isInPatient(plane) || !isInPatient(from)) {
    return bySlices(sourceIndex, target, start);
  }
  const moved_mm = sign * distanceFromPlane_mm(startPlane, plane.position);
  const normal = normalOf(from.orientation);
  const [x, y, z] = centreOf(from);
  const wanted: PatientMm = [x + normal[0] * moved_mm, y + normal[1] * moved_mm, z + normal[2] * moved_mm];
  return nearestIndex(target, wanted) ?? bySlices(sourceIndex, target, start);
}

function within(slices: Placed[], index: number): number {
  return Math.min(Math.max(index, 0), slices.length - 1);
}
