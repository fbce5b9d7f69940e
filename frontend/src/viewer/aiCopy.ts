import type { MarkKind } from "@/domain/labelSchema";
import { rounded, sizesOf } from "@/domain/measurements";
import type { Geometry, PatientMm, PixelPoint, SphereGeometry } from "@/domain/payload";
import { sliceOf } from "./fromPayload";
import { isInPatient, type PatientPlane, toPatient, toPixel } from "./plane";
import type { Slice } from "./slices";
import type { DrawnMark } from "./toPayload";

/** What an AI's mark becomes, the closest first, among the kinds that the form allows. */
const BECOMES: Record<string, MarkKind[]> = {
  SPHERE: ["ELLIPSE", "RECTANGLE", "LENGTH", "POINT"],
  ELLIPSE: ["ELLIPSE", "RECTANGLE", "LENGTH", "POINT"],
  RECTANGLE: ["RECTANGLE", "ELLIPSE", "LENGTH", "POINT"],
  LENGTH: ["LENGTH", "POINT"],
  POINT: ["POINT"],
};

/** An AI's mark as the reader's own, on the slice where it lies; null when it lies on none of these, or no kind fits. */
export function copyOfAiMark(
  geometry: Geometry | SphereGeometry,
  slices: Slice[],
  allowed: readonly MarkKind[],
): DrawnMark | null {
  const slice = sliceOf(geometry, slices);
  const kind = BECOMES[geometry.kind]?.find((candidate) => allowed.includes(candidate));
  if (!slice || !kind || !isInPatient(slice.plane)) return null;
  const { plane } = slice;
  const pixels = outlineOf(geometry, plane);
  const points = pixels && pointsOf(kind, geometry.kind, pixels);
  if (!points) return null;
  const copy: Geometry = {
    kind,
    points_mm: points.map((pixel): PatientMm => {
      const [x, y, z] = toPatient(plane, pixel);
      return [rounded(x), rounded(y), rounded(z)];
    }),
    frame_of_reference_uid: slice.frameOfReferenceUid,
    sop_instance_uid: slice.sopInstanceUid,
    series_instance_uid: slice.seriesInstanceUid,
    frame_number: slice.frameNumber,
  };
  return { geometry: copy, measurements: sizesOf(copy) };
}

/** The mark's own points on its slice; a sphere as the ends of the axes of its cut. */
function outlineOf(geometry: Geometry | SphereGeometry, plane: PatientPlane): PixelPoint[] | null {
  if (geometry.kind !== "SPHERE") return geometry.points_mm?.map((point) => toPixel(plane, point)) ?? null;
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

function pointsOf(kind: MarkKind, from: string, pixels: PixelPoint[]): PixelPoint[] | null {
  const isEllipse = from === "SPHERE" || from === "ELLIPSE";
  if (kind === from || (kind === "ELLIPSE" && isEllipse)) return pixels;
  const [first, second, third, fourth] = pixels;
  if (kind === "POINT") return [middle(pixels)];
  if (!first || !second || !third || !fourth) return null;
  if (kind === "LENGTH") return isEllipse ? longer([first, second], [third, fourth]) : [first, third];
  if (kind === "RECTANGLE") return around(middle(pixels), first, third);
  return kind === "ELLIPSE"
    ? [middle([third, fourth]), middle([first, second]), middle([first, fourth]), middle([second, third])]
    : null;
}

function middle(points: PixelPoint[]): PixelPoint {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0) / points.length;
  return [sum(0), sum(1)];
}

function longer(one: [PixelPoint, PixelPoint], other: [PixelPoint, PixelPoint]): PixelPoint[] {
  const length = ([from, to]: [PixelPoint, PixelPoint]) => Math.hypot(to[0] - from[0], to[1] - from[1]);
  return length(one) >= length(other) ? one : other;
}

/** The rectangle around an ellipse, from its centre and one end of each axis. */
function around(centre: PixelPoint, end: PixelPoint, otherEnd: PixelPoint): PixelPoint[] {
  const corner = (a: 1 | -1, b: 1 | -1): PixelPoint => [
    centre[0] + a * (end[0] - centre[0]) + b * (otherEnd[0] - centre[0]),
    centre[1] + a * (end[1] - centre[1]) + b * (otherEnd[1] - centre[1]),
  ];
  return [corner(1, 1), corner(1, -1), corner(-1, -1), corner(-1, 1)];
}
