import type { MarkKind } from "@/domain/labelSchema";
import type { Geometry, PatientMm, PixelPoint, SphereGeometry } from "@/domain/payload";
import { nearestSlice } from "./nearestSlice";
import { drawnPlane, isInPatient, toPatient, toPixel } from "./plane";
import type { Slice } from "./slices";
import { type PixelOffset, reorderedCorners } from "./toPayload";

/** A mark ready to be drawn: on which slice, with which tool, at which of Cornerstone's world points. */
export interface PlacedMark {
  kind: MarkKind;
  slice: Slice;
  worldPoints: PatientMm[];
}

/** Place a mark on the shown slices; null when it lies on none of them (another series). */
export function fromPayload(
  geometry: Geometry | SphereGeometry,
  slices: Slice[],
  offset: PixelOffset,
): PlacedMark | null {
  const slice = sliceOf(geometry, slices);
  if (!slice) return null;
  if (geometry.kind === "SPHERE") return placedSphere(geometry, slice, offset);
  const pixels = pixelsOn(geometry, slice);
  if (!pixels) return null;
  const world = pixels.map((pixel) => worldOf(slice, pixel, offset));
  return { kind: geometry.kind, slice, worldPoints: reorderedCorners(geometry.kind, world) };
}

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

function pixelsOn(geometry: Geometry, slice: Slice): PixelPoint[] | null {
  if (geometry.points_mm && isInPatient(slice.plane)) {
    const plane = slice.plane;
    return geometry.points_mm.map((point) => toPixel(plane, point));
  }
  return geometry.points_px ?? null;
}

function worldOf(slice: Slice, [column, row]: PixelPoint, offset: PixelOffset): PatientMm {
  return toPatient(drawnPlane(slice.plane), [column + offset, row + offset]);
}

/** The cut of a sphere through its middle: a circle, written as the ends of its vertical and horizontal axis. */
function placedSphere(sphere: SphereGeometry, slice: Slice, offset: PixelOffset): PlacedMark | null {
  const plane = slice.plane;
  if (!isInPatient(plane)) return null;
  const [column, row] = toPixel(plane, sphere.center_mm);
  const across = sphere.diameter_mm / 2 / plane.spacing.column_mm;
  const down = sphere.diameter_mm / 2 / plane.spacing.row_mm;
  const ends: PixelPoint[] = [
    [column, row + down],
    [column, row - down],
    [column - across, row],
    [column + across, row],
  ];
  return { kind: "ELLIPSE", slice, worldPoints: ends.map((end) => worldOf(slice, end, offset)) };
}
