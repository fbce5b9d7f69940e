import type { MarkKind } from "@/domain/labelSchema";
import { hasControls } from "@/domain/markKinds";
import type { Geometry, PatientMm, PixelPoint, SphereGeometry } from "@/domain/payload";
import { slicesOfBox } from "./box";
import { sliceOf } from "./nearestSlice";
import { drawnPlane, isInPatient, toPatient, toPixel } from "./plane";
import type { Slice } from "./slices";
import { type PixelOffset, reorderedCorners } from "./toPayload";

/** A mark ready to be drawn: on which slice, with which tool, at which of Cornerstone's world points. */
export interface PlacedMark {
  kind: MarkKind;
  slice: Slice;
  worldPoints: PatientMm[];
  /** The points that a spline or livewire goes through. */
  worldControls?: PatientMm[];
}

/** Place a mark on the shown slices, a 3D box on each that it reaches; nowhere when it lies on another series. */
export function fromPayload(
  geometry: Geometry | SphereGeometry,
  slices: Slice[],
  offset: PixelOffset,
): PlacedMark[] {
  if (geometry.kind === "BOX") return placedBox(geometry, slices, offset);
  const slice = sliceOf(geometry, slices);
  if (!slice) return [];
  const placed =
    geometry.kind === "SPHERE" ? placedSphere(geometry, slice, offset) : placedOn(geometry, slice, offset);
  return placed ? [placed] : [];
}

function placedOn(geometry: Geometry, slice: Slice, offset: PixelOffset): PlacedMark | null {
  const pixels = pixelsOn(slice, geometry.points_mm, geometry.points_px);
  if (!pixels) return null;
  const { kind } = geometry;
  const worldPoints = reorderedCorners(kind, worldOf(slice, pixels, offset));
  if (!hasControls(kind)) return { kind, slice, worldPoints };
  // Without control points of its own, a contour made elsewhere can still be shown and moved by its line.
  const controls = pixelsOn(slice, geometry.controls_mm, geometry.controls_px) ?? spread(pixels);
  return { kind, slice, worldPoints, worldControls: worldOf(slice, controls, offset) };
}

function placedBox(geometry: Geometry, slices: Slice[], offset: PixelOffset): PlacedMark[] {
  return slicesOfBox(geometry, slices).flatMap(({ slice, corners }): PlacedMark[] => {
    const pixels = pixelsOn(slice, corners, undefined);
    return pixels
      ? [{ kind: "BOX", slice, worldPoints: reorderedCorners("BOX", worldOf(slice, pixels, offset)) }]
      : [];
  });
}

function pixelsOn(
  slice: Slice,
  points_mm: PatientMm[] | null | undefined,
  points_px: PixelPoint[] | undefined,
): PixelPoint[] | null {
  const { plane } = slice;
  if (points_mm && isInPatient(plane)) return points_mm.map((point) => toPixel(plane, point));
  return points_px ?? null;
}

function worldOf(slice: Slice, pixels: PixelPoint[], offset: PixelOffset): PatientMm[] {
  const plane = drawnPlane(slice.plane);
  return pixels.map(([column, row]) => toPatient(plane, [column + offset, row + offset]));
}

const SPREAD_POINTS = 12;

function spread<T>(points: T[]): T[] {
  const step = Math.max(1, Math.ceil(points.length / SPREAD_POINTS));
  return points.filter((_, index) => index % step === 0);
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
  return { kind: "ELLIPSE", slice, worldPoints: worldOf(slice, ends, offset) };
}
