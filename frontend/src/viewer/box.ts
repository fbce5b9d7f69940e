import type { Geometry, PatientMm } from "@/domain/payload";
import { along, dot, subtract } from "@/domain/vectors";
import { boxFacing } from "./boxShape";
import { sliceOf } from "./nearestSlice";
import { distanceFromPlane_mm, isInPatient, normalOf, type PatientPlane } from "./plane";
import type { Slice } from "./slices";

/** How far a box reaches along the normal of a slice, from the slice's own plane. */
export interface BoxDepth {
  from_mm: number;
  to_mm: number;
}

/** A corner of the box and its neighbours along the row, the column and the normal, from the rectangle on one slice. */
export function boxPoints(corners: PatientMm[], plane: PatientPlane, depth: BoxDepth): PatientMm[] | null {
  const [corner, alongRow, , alongColumn] = corners;
  if (!corner || !alongRow || !alongColumn) return null;
  const normal = normalOf(plane.orientation);
  const at = (point: PatientMm, depth_mm: number) => along(point, normal, depth_mm);
  return [
    at(corner, depth.from_mm),
    at(alongRow, depth.from_mm),
    at(alongColumn, depth.from_mm),
    at(corner, depth.to_mm),
  ];
}

/** The slab that a slice stands for: half way to its neighbours. Null for a slice without any. */
export function slabOf(slice: Slice, slices: Slice[]): BoxDepth | null {
  const { plane } = slice;
  if (!isInPatient(plane)) return null;
  const distances = slices
    .filter((other) => isAlike(other, slice))
    .map((other) => depthOf(other, plane))
    .filter((distance_mm) => Math.abs(distance_mm) > SAME_PLANE_MM);
  const before = Math.max(...distances.filter((distance_mm) => distance_mm < 0));
  const after = Math.min(...distances.filter((distance_mm) => distance_mm > 0));
  if (!Number.isFinite(before) && !Number.isFinite(after)) return null;
  // At an end of the stack the slab is as thick outwards as inwards.
  const from_mm = Number.isFinite(before) ? before / 2 : -after / 2;
  const to_mm = Number.isFinite(after) ? after / 2 : -before / 2;
  return { from_mm, to_mm };
}

// Slices closer than this are the same one twice, and so are planes.
const SAME_PLANE_MM = 0.01;
const PARALLEL = 1 - 1e-4;

/** Slices of one stack: same series and frame of reference, and parallel. */
function isAlike(one: Slice, other: Slice): boolean {
  return (
    one.seriesInstanceUid === other.seriesInstanceUid &&
    one.frameOfReferenceUid === other.frameOfReferenceUid &&
    isInPatient(one.plane) &&
    isInPatient(other.plane) &&
    dot(normalOf(one.plane.orientation), normalOf(other.plane.orientation)) > PARALLEL
  );
}

function depthOf(slice: Slice, plane: PatientPlane): number {
  return isInPatient(slice.plane) ? distanceFromPlane_mm(plane, slice.plane.position) : Number.NaN;
}

/** How far a stored box reaches, seen from a slice. */
export function depthFrom(box: Geometry, slice: Slice): BoxDepth | null {
  if (!isInPatient(slice.plane)) return null;
  const [corner, , , end] = boxFacing(box, slice.plane) ?? [];
  if (!corner || !end) return null;
  return {
    from_mm: distanceFromPlane_mm(slice.plane, corner),
    to_mm: distanceFromPlane_mm(slice.plane, end),
  };
}

/** The slices that a box reaches into, each with the box's rectangle on it. */
export function slicesOfBox(box: Geometry, slices: Slice[]): { slice: Slice; corners: PatientMm[] }[] {
  const drawn = sliceOf(box, slices);
  const points = drawn && isInPatient(drawn.plane) ? boxFacing(box, drawn.plane) : null;
  const [corner, alongRow, alongColumn] = points ?? [];
  if (!corner || !alongRow || !alongColumn || !drawn) return [];
  const opposite = along(alongRow, subtract(alongColumn, corner), 1);
  return slices.flatMap((slice) => {
    const { plane } = slice;
    // A box thinner than its slices still lies on one of them.
    if (!isAlike(slice, drawn) || !isInPatient(plane) || !(slice === drawn || reaches(box, slice))) return [];
    const normal = normalOf(plane.orientation);
    const corners = [corner, alongRow, opposite, alongColumn].map((point) =>
      along(point, normal, -distanceFromPlane_mm(plane, point)),
    );
    return [{ slice, corners }];
  });
}

function reaches(box: Geometry, slice: Slice): boolean {
  const depth = depthFrom(box, slice);
  if (!depth) return false;
  const [low, high] = [Math.min(depth.from_mm, depth.to_mm), Math.max(depth.from_mm, depth.to_mm)];
  return low <= SAME_PLANE_MM && high >= -SAME_PLANE_MM;
}

/** The box with its first or last slice moved to this one; the two ends change places when they cross. */
export function boxReachingTo(
  box: Geometry,
  end: "FIRST" | "LAST",
  slice: Slice,
  slices: Slice[],
): Geometry | null {
  const known = depthFrom(box, slice);
  const slab = slabOf(slice, slices);
  const [corner, alongRow, alongColumn] = box.points_mm ?? [];
  if (!known || !slab || !corner || !alongRow || !alongColumn || !isInPatient(slice.plane)) return null;
  const [low, high] = [Math.min(known.from_mm, known.to_mm), Math.max(known.from_mm, known.to_mm)];
  const isForward = isNumberedForward(slices);
  const movesLow = (end === "FIRST") === isForward;
  const depth = movesLow
    ? { from_mm: slab.from_mm, to_mm: Math.max(high, slab.to_mm) }
    : { from_mm: Math.min(low, slab.from_mm), to_mm: slab.to_mm };
  const normal = normalOf(slice.plane.orientation);
  const onSlice = [corner, alongRow, alongRow, alongColumn].map((point) =>
    along(point, normal, -known.from_mm),
  );
  const points_mm = boxPoints(onSlice, slice.plane, depth);
  const { sopInstanceUid: sop_instance_uid, frameNumber: frame_number } = slice;
  return points_mm && { ...box, points_mm, sop_instance_uid, frame_number };
}

/** Whether later slices lie further along the normal. */
function isNumberedForward(slices: Slice[]): boolean {
  const [first, last] = [slices[0], slices.at(-1)];
  if (!first || !last || !isInPatient(first.plane)) return true;
  return depthOf(last, first.plane) >= 0;
}
