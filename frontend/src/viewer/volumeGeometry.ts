import type { PatientMm } from "@/domain/payload";
import { dot, isInPatient, normalOf, type PatientPlane, subtract, toPixel } from "./plane";
import type { Slice } from "./slices";

/** Why a series is no volume: a stable code for tests and logs, and the sentence the reader sees. */
export const VOLUME_REFUSALS = {
  COLOUR: "Colour images have no reformats.",
  TOO_FEW: "Reformats need at least 3 slices.",
  NO_POSITION: "At least one image does not say where it lies in the patient, or how large its pixels are.",
  MIXED_SIZE: "The images of this series differ in rows or columns.",
  MIXED_SPACING: "The images of this series differ in pixel spacing.",
  MIXED_ORIENTATION: "The images of this series are not parallel (a localiser or a rotating acquisition).",
  MIXED_FRAME_OF_REFERENCE:
    "The images of this series do not share one frame of reference, so their positions cannot be compared.",
  DUPLICATE_POSITION:
    "Two images lie at the same place (several phases, echoes or a repeated slice in one series).",
  TILT: "The slices are sheared against each other (gantry tilt): reformats would be distorted.",
  MISSING_SLICE: "At least one slice is missing: reformats would close the gap and measure too short.",
  UNEVEN_SPACING: "The distance between the slices varies: reformats would measure wrongly.",
} as const;

export type VolumeRefusal = keyof typeof VOLUME_REFUSALS;

export interface Volume {
  isVolume: true;
  /** The slices along `normal`, the lowest position first. */
  slices: Slice[];
  /** Unit vector from the first slice to the last: row direction x column direction. */
  normal: PatientMm;
  spacing_mm: number;
  /** Columns, rows, slices. */
  dimensions: [number, number, number];
  /** The plane of the first slice: origin, directions and in-plane spacing of the volume. */
  firstPlane: PatientPlane;
}

export interface NoVolume {
  isVolume: false;
  reason: VolumeRefusal;
  text: string;
}

export type VolumeGeometry = Volume | NoVolume;

const LEAST_SLICES = 3;
// Two directions count as one up to 0.1 degree: headers round their cosines to four digits or more.
const PARALLEL_COSINE = Math.cos(Math.PI / 1800);
// Headers round positions and spacings to a micrometre or so.
const ROUNDING_MM = 1e-3;
/** How far a slice may lie from its place in the even grid, as a share of the slice spacing. */
const UNEVEN_SHARE = 0.05;
/** How far a slice may be shifted within its plane against the first, in pixels: below that a shear is not seen. */
const SHEAR_PIXELS = 0.5;
// A gap this much wider than the usual one has lost a slice; narrower ones are uneven.
const MISSING_SHARE = 1.5;

/**
 * Whether the slices are an even grid of voxels, which is what a volume renderer takes them for (MPR, MIP
 * and 3D measurements are right only then). Nothing is resampled or guessed: what is no grid is refused.
 */
export function volumeGeometry(slices: Slice[]): VolumeGeometry {
  const refusal = refusalOfImages(slices);
  if (refusal) return refused(refusal);
  const planes = slices.map((slice) => slice.plane);
  const [first] = planes;
  if (!first || !planes.every(isInPatient) || !isInPatient(first)) return refused("NO_POSITION");
  return refusalOfPlanes(planes, first) ?? gridOf(slices, planes, first);
}

/** Column, row and slice of a point in the patient; whole numbers are the centres of voxels. */
export function voxelIn({ firstPlane, normal, spacing_mm }: Volume, point: PatientMm): PatientMm {
  const [column, row] = toPixel(firstPlane, point);
  return [column, row, dot(subtract(point, firstPlane.position), normal) / spacing_mm];
}

function refused(reason: VolumeRefusal): NoVolume {
  return { isVolume: false, reason, text: VOLUME_REFUSALS[reason] };
}

function refusalOfImages(slices: Slice[]): VolumeRefusal | null {
  if (slices.some((slice) => slice.isColour)) return "COLOUR";
  if (slices.length < LEAST_SLICES) return "TOO_FEW";
  const frames = new Set(slices.map((slice) => slice.frameOfReferenceUid));
  return frames.size > 1 ? "MIXED_FRAME_OF_REFERENCE" : null;
}

function refusalOfPlanes(planes: PatientPlane[], first: PatientPlane): NoVolume | null {
  const rules: [VolumeRefusal, (plane: PatientPlane) => boolean][] = [
    ["MIXED_SIZE", (plane) => plane.rows === first.rows && plane.columns === first.columns],
    ["MIXED_SPACING", (plane) => hasSpacingOf(plane, first)],
    ["MIXED_ORIENTATION", (plane) => isParallel(plane.orientation, first.orientation)],
  ];
  const broken = rules.find(([, holds]) => !planes.every(holds));
  return broken ? refused(broken[0]) : null;
}

function hasSpacingOf(one: PatientPlane, other: PatientPlane): boolean {
  const isNear = (a: number, b: number) => Math.abs(a - b) <= ROUNDING_MM * Math.max(a, b);
  return (
    isNear(one.spacing.row_mm, other.spacing.row_mm) && isNear(one.spacing.column_mm, other.spacing.column_mm)
  );
}

function isParallel(one: PatientPlane["orientation"], other: PatientPlane["orientation"]): boolean {
  return dot(one.row, other.row) > PARALLEL_COSINE && dot(one.column, other.column) > PARALLEL_COSINE;
}

function gridOf(slices: Slice[], planes: PatientPlane[], reference: PatientPlane): VolumeGeometry {
  const normal = normalOf(reference.orientation);
  const placed = slices
    .map((slice, index) => ({ slice, plane: planes[index] ?? reference }))
    .map((one) => ({ ...one, depth_mm: dot(one.plane.position, normal) }))
    .sort((one, other) => one.depth_mm - other.depth_mm);
  const firstPlane = placed[0]?.plane ?? reference;
  const depths = placed.map((one) => one.depth_mm);
  const refusal =
    refusalOfGaps(depths) ?? refusalOfShear(placed.map((one) => one.plane)) ?? refusalOfGrid(depths);
  if (refusal) return refused(refusal);
  return {
    isVolume: true,
    slices: placed.map((one) => one.slice),
    normal,
    spacing_mm: gridSpacing(depths),
    dimensions: [firstPlane.columns, firstPlane.rows, placed.length],
    firstPlane,
  };
}

function gridSpacing(depths: number[]): number {
  return ((depths.at(-1) ?? 0) - (depths[0] ?? 0)) / (depths.length - 1);
}

function refusalOfGaps(depths: number[]): VolumeRefusal | null {
  const gaps = depths.slice(1).map((depth, index) => depth - (depths[index] ?? 0));
  if (gaps.some((gap) => gap <= ROUNDING_MM)) return "DUPLICATE_POSITION";
  const usual = [...gaps].sort((one, other) => one - other)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  const isWhole = (gap: number) => Math.abs(gap / usual - Math.round(gap / usual)) <= UNEVEN_SHARE * 2;
  return gaps.some((gap) => gap > MISSING_SHARE * usual && isWhole(gap)) ? "MISSING_SLICE" : null;
}

/** Positions that leave the line through the first one along the normal (PS3.3 C.7.6.2.1.1). */
function refusalOfShear(planes: PatientPlane[]): VolumeRefusal | null {
  const [first] = planes;
  if (!first) return null;
  const isShifted = (plane: PatientPlane) => {
    const offset = subtract(plane.position, first.position);
    const columns = dot(offset, first.orientation.row) / first.spacing.column_mm;
    const rows = dot(offset, first.orientation.column) / first.spacing.row_mm;
    return Math.abs(columns) > SHEAR_PIXELS || Math.abs(rows) > SHEAR_PIXELS;
  };
  return planes.some(isShifted) ? "TILT" : null;
}

function refusalOfGrid(depths: number[]): VolumeRefusal | null {
  const spacing = gridSpacing(depths);
  const start = depths[0] ?? 0;
  const isOff = (depth: number, index: number) =>
    Math.abs(depth - (start + index * spacing)) > UNEVEN_SHARE * spacing + ROUNDING_MM;
  return depths.some(isOff) ? "UNEVEN_SPACING" : null;
}
