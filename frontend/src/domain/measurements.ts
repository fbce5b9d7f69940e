import type { MarkKind } from "./labelSchema";
import { isContour } from "./markKinds";
import { type Finding, type Geometry, isSegment, type PatientMm, type Sizes } from "./payload";
import { angleBetween_deg, distance, dot, newell, norm, subtract, unit } from "./vectors";

/** To the micrometre: finer digits are noise of the mouse and of floating point. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

type Measure = (points: PatientMm[]) => Sizes;
const ORIGIN: PatientMm = [0, 0, 0];

const contour: Measure = (points) => ({ area_mm2: polygonArea(points), perimeter_mm: perimeter(points) });

/** How each kind of mark is measured from its points; the server computes the same and compares. */
const SIZES_OF_KIND: Record<MarkKind, Measure> = {
  POINT: () => ({}),
  PROBE: () => ({}),
  ARROW: () => ({}),
  LENGTH: ([from = ORIGIN, to = ORIGIN]) => ({ length_mm: distance(from, to) }),
  BIDIRECTIONAL: ([a0 = ORIGIN, a1 = ORIGIN, b0 = ORIGIN, b1 = ORIGIN]) => ({
    long_axis_mm: distance(a0, a1),
    short_axis_mm: distance(b0, b1),
  }),
  ANGLE: ([one = ORIGIN, vertex = ORIGIN, other = ORIGIN]) => ({
    angle_deg: angleBetween_deg(subtract(one, vertex), subtract(other, vertex)),
  }),
  COBB: ([a0 = ORIGIN, a1 = ORIGIN, b0 = ORIGIN, b1 = ORIGIN]) => {
    const between = angleBetween_deg(subtract(a1, a0), subtract(b1, b0));
    return { angle_deg: Math.min(between, 180 - between) };
  },
  RECTANGLE: ([first = ORIGIN, second = ORIGIN, , fourth = ORIGIN]) => {
    const width_mm = distance(first, second);
    const height_mm = distance(first, fourth);
    const perimeter_mm = 2 * (width_mm + height_mm);
    return { width_mm, height_mm, area_mm2: width_mm * height_mm, perimeter_mm };
  },
  ELLIPSE: ([a0 = ORIGIN, a1 = ORIGIN, b0 = ORIGIN, b1 = ORIGIN]) => {
    const height_mm = distance(a0, a1);
    const width_mm = distance(b0, b1);
    return { width_mm, height_mm, area_mm2: (Math.PI / 4) * width_mm * height_mm };
  },
  CIRCLE: ([centre = ORIGIN, edge = ORIGIN]) => {
    const diameter_mm = 2 * distance(centre, edge);
    const area_mm2 = (Math.PI / 4) * diameter_mm ** 2;
    return { diameter_mm, area_mm2, perimeter_mm: Math.PI * diameter_mm };
  },
  FREEHAND: contour,
  LIVEWIRE: contour,
  SPLINE: contour,
  BOX: ([corner = ORIGIN, alongRow = ORIGIN, alongColumn = ORIGIN, alongNormal = ORIGIN]) => {
    const width_mm = distance(corner, alongRow);
    const height_mm = distance(corner, alongColumn);
    const depth_mm = distance(corner, alongNormal);
    return { width_mm, height_mm, depth_mm, volume_mm3: width_mm * height_mm * depth_mm };
  },
};

/** The sizes that the points of a geometry say; none where the image has no spacing, for a guess would look like a measurement. */
export function sizesOf(geometry: Geometry): Sizes {
  const points = pointsInMm(geometry);
  if (!points) return {};
  const sizes = Object.entries(SIZES_OF_KIND[geometry.kind](points));
  return Object.fromEntries(sizes.map(([name, value]) => [name, rounded(value)]));
}

/** The points in millimetres: in the patient, or in the plane of an image that has a spacing only. */
export function pointsInMm(
  geometry: Pick<Geometry, "points_mm" | "points_px" | "spacing_mm">,
): PatientMm[] | null {
  if (geometry.points_mm) return geometry.points_mm;
  const { points_px, spacing_mm } = geometry;
  if (!points_px || !spacing_mm) return null;
  return points_px.map(([column, row]): PatientMm => [column * spacing_mm[1], row * spacing_mm[0], 0]);
}

/** The area of a flat polygon anywhere in space. */
function polygonArea(points: PatientMm[]): number {
  return norm(newell(points)) / 2;
}

function perimeter(points: PatientMm[]): number {
  return points.reduce((sum, point, index) => sum + distance(points.at(index - 1) ?? point, point), 0);
}

// Normals of hand-drawn contours differ by the rounding of their points; a degree is beyond that.
const LEAST_COSINE = Math.cos(Math.PI / 180);
// Contours closer than this lie on one slice.
const SAME_PLANE_MM = 0.01;

/**
 * The volume of the contours of a finding that lie on at least two parallel planes: each area times the
 * distance half way to its neighbours on both sides, the outermost as far out as in. Null when there is none.
 */
export function contourVolume_mm3(finding: Finding): number | null {
  const contours = finding.marks
    .map(({ geometry }) => geometry)
    .filter((geometry) => !isSegment(geometry))
    .filter(({ kind }) => isContour(kind));
  const [first] = contours;
  const normal = first?.points_mm ? unit(newell(first.points_mm)) : null;
  if (!first || !normal) return null;
  const areas = new Map<number, number>();
  for (const geometry of contours) {
    const points = geometry.points_mm;
    const own = points && unit(newell(points));
    const isAlike = geometry.frame_of_reference_uid === first.frame_of_reference_uid;
    if (!own || !isAlike || Math.abs(dot(own, normal)) < LEAST_COSINE) return null;
    const depth = points.reduce((sum, point) => sum + dot(point, normal), 0) / points.length;
    const plane = [...areas.keys()].find((known) => Math.abs(known - depth) < SAME_PLANE_MM) ?? depth;
    areas.set(plane, (areas.get(plane) ?? 0) + polygonArea(points));
  }
  return volumeOfPlanes([...areas].sort(([one], [other]) => one - other));
}

function volumeOfPlanes(planes: [depth: number, area: number][]): number | null {
  if (planes.length < 2) return null;
  const depths = planes.map(([depth]) => depth);
  const volume = planes.reduce((sum, [depth, area], index) => {
    const before = depth - (depths[index - 1] ?? 2 * depth - (depths[index + 1] ?? depth));
    const after = (depths[index + 1] ?? 2 * depth - (depths[index - 1] ?? depth)) - depth;
    return sum + (area * (before + after)) / 2;
  }, 0);
  return rounded(volume);
}
