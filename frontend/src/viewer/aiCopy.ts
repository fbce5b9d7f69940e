import { becomesMark } from "@/domain/aiBecomes";
import type { MarkKind } from "@/domain/labelSchema";
import { rounded, sizesOf } from "@/domain/measurements";
import type { Geometry, PatientMm, PixelPoint, SphereGeometry } from "@/domain/payload";
import { slicesOfBox } from "./box";
import { boxFacing } from "./boxShape";
import { sliceOf } from "./nearestSlice";
import { aroundAxes, aroundPoints, axesWithin, centroid, longerAxis, longest, middle } from "./outlines";
import { drawnPlane, isInPatient, toPixel } from "./plane";
import type { Slice } from "./slices";
import { type DrawnMark, type PlacedPoints, placedPoints } from "./toPayload";

type AiGeometry = Geometry | SphereGeometry;

/** An AI's mark as the reader's own, on the slice where it lies; null when it lies on none of these, or no kind fits. */
export function copyOfAiMark(
  geometry: AiGeometry,
  slices: Slice[],
  allowed: readonly MarkKind[],
): DrawnMark | null {
  const slice = sliceOf(geometry, slices);
  const kind = becomesMark(geometry.kind, allowed);
  if (!slice || !kind) return null;
  const placed = kind === "BOX" ? wholeBox(geometry, slice) : flat(geometry, kind, slice, slices);
  if (!placed) return null;
  const copy: Geometry = {
    kind,
    ...placed,
    frame_of_reference_uid: slice.frameOfReferenceUid,
    sop_instance_uid: slice.sopInstanceUid,
    series_instance_uid: slice.seriesInstanceUid,
    frame_number: slice.frameNumber,
  };
  return { geometry: copy, measurements: sizesOf(copy) };
}

function wholeBox(geometry: AiGeometry, { plane }: Slice): PlacedPoints | null {
  const points = geometry.kind === "BOX" && isInPatient(plane) ? boxFacing(geometry, plane) : null;
  return points && { points_mm: points.map(([x, y, z]): PatientMm => [rounded(x), rounded(y), rounded(z)]) };
}

function flat(geometry: AiGeometry, kind: MarkKind, slice: Slice, slices: Slice[]): PlacedPoints | null {
  const pixels = outlineOf(geometry, slice, slices);
  const points = pixels && pointsOf(kind, geometry.kind, pixels, slice);
  return points && placedPoints(points, slice);
}

/** The mark's own points on its slice; a sphere as the ends of the axes of its cut, a box as its rectangle there. */
function outlineOf(geometry: AiGeometry, slice: Slice, slices: Slice[]): PixelPoint[] | null {
  const { plane } = slice;
  if (geometry.kind === "SPHERE") {
    if (!isInPatient(plane)) return null;
    const [column, row] = toPixel(plane, geometry.center_mm);
    const across = geometry.diameter_mm / 2 / plane.spacing.column_mm;
    const down = geometry.diameter_mm / 2 / plane.spacing.row_mm;
    return [
      [column, row + down],
      [column, row - down],
      [column - across, row],
      [column + across, row],
    ];
  }
  const points =
    geometry.kind === "BOX"
      ? slicesOfBox(geometry, slices).find((one) => one.slice === slice)?.corners
      : geometry.points_mm;
  if (!points) return geometry.points_px ?? null;
  return isInPatient(plane) ? points.map((point) => toPixel(plane, point)) : null;
}

/** The points of another kind, in the payload's order; `from` says what these are. */
function pointsOf(kind: MarkKind, from: string, pixels: PixelPoint[], slice: Slice): PixelPoint[] | null {
  if (kind === from) return pixels;
  if (from === "FREEHAND") return ofContour(kind, pixels, slice);
  if (kind === "POINT") return [middle(pixels)];
  const [first, second, third, fourth] = pixels;
  if (!first || !second || !third || !fourth) return null;
  if (from === "RECTANGLE" || from === "BOX") return ofRectangle(kind, pixels);
  switch (kind) {
    case "ELLIPSE":
    case "BIDIRECTIONAL":
      return pixels;
    case "CIRCLE":
      return [middle(pixels), fourth];
    case "LENGTH":
      return longerAxis(pixels);
    default:
      return aroundAxes(pixels);
  }
}

function ofRectangle(kind: MarkKind, corners: PixelPoint[]): PixelPoint[] | null {
  const [first, , third] = corners;
  if (kind === "LENGTH") return first && third ? [first, third] : null;
  return kind === "ELLIPSE" ? axesWithin(corners) : corners;
}

/** A contour becomes the rectangle around it, the ellipse in that, its longest diameter, or the centre of its area. */
function ofContour(kind: MarkKind, line: PixelPoint[], slice: Slice): PixelPoint[] | null {
  const around = aroundPoints(line);
  switch (kind) {
    case "RECTANGLE":
      return around;
    case "ELLIPSE":
      return axesWithin(around);
    case "LENGTH":
      return longest(line, drawnPlane(slice.plane).spacing);
    default:
      return [centroid(line)];
  }
}
