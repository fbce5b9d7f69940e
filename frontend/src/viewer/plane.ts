import type { PatientMm, PixelPoint } from "@/domain/payload";

/** Where the pixels of one frame lie. What the image does not say is null, never a default. */
export interface ImagePlane {
  columns: number;
  rows: number;
  /** PixelSpacing (0028,0030): distance between rows, then between columns. */
  spacing: { row_mm: number; column_mm: number } | null;
  /** PixelAspectRatio (0028,0034) as sizes of no unit: the shape of a pixel of an image without spacing. */
  pixelAspect?: { row_mm: number; column_mm: number } | null;
  /** Centre of the first pixel, ImagePositionPatient (0020,0032). */
  position: PatientMm | null;
  /** Direction of increasing column, then of increasing row, ImageOrientationPatient (0020,0037). */
  orientation: { row: PatientMm; column: PatientMm } | null;
  /** Patient Orientation (0020,0020): the same in letters, which is all that a projection says. */
  directions?: Directions | null;
}

/** Towards which side of the patient the rows and the columns of an image run: "A", "FL". */
export interface Directions {
  row: string;
  column: string;
}

/** A plane that gives every pixel a place in the patient. */
export interface PatientPlane extends ImagePlane {
  spacing: NonNullable<ImagePlane["spacing"]>;
  position: PatientMm;
  orientation: NonNullable<ImagePlane["orientation"]>;
}

export function isInPatient(plane: ImagePlane): plane is PatientPlane {
  return plane.spacing !== null && plane.position !== null && plane.orientation !== null;
}

/**
 * The plane Cornerstone draws in: it fills what is missing with spacing 1 (or the pixel's shape), origin 0 and the identity, and
 * its "world" coordinates are patient millimetres only for a plane that lacks nothing.
 */
export function drawnPlane(plane: ImagePlane): PatientPlane {
  return {
    ...plane,
    spacing: plane.spacing ?? shapeOf(plane.pixelAspect),
    position: plane.position ?? [0, 0, 0],
    orientation: plane.orientation ?? { row: [1, 0, 0], column: [0, 1, 0] },
  };
}

/** A column is 1 wide, so that numbers across the image stay pixels; a row is as high as the ratio says. */
function shapeOf(aspect: ImagePlane["pixelAspect"]): PatientPlane["spacing"] {
  return { row_mm: aspect ? aspect.row_mm / aspect.column_mm : 1, column_mm: 1 };
}

export function dot(one: PatientMm, other: PatientMm): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

export function subtract(one: PatientMm, other: PatientMm): PatientMm {
  return [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
}

export function normalOf(orientation: PatientPlane["orientation"]): PatientMm {
  const { row: r, column: c } = orientation;
  return [r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]];
}

/** PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1. */
export function toPatient(plane: PatientPlane, [column, row]: PixelPoint): PatientMm {
  const along = column * plane.spacing.column_mm;
  const down = row * plane.spacing.row_mm;
  const { row: r, column: c } = plane.orientation;
  const at = (axis: 0 | 1 | 2) => plane.position[axis] + r[axis] * along + c[axis] * down;
  return [at(0), at(1), at(2)];
}

/** The inverse of `toPatient` for a point of the plane; other points are projected onto it. */
export function toPixel(plane: PatientPlane, point: PatientMm): PixelPoint {
  const offset = subtract(point, plane.position);
  return [
    dot(offset, plane.orientation.row) / plane.spacing.column_mm,
    dot(offset, plane.orientation.column) / plane.spacing.row_mm,
  ];
}

/** Signed distance of a point from the plane, along its normal. */
export function distanceFromPlane_mm(plane: PatientPlane, point: PatientMm): number {
  return dot(subtract(point, plane.position), normalOf(plane.orientation));
}

const AXIS_LETTERS = [
  ["R", "L"],
  ["A", "P"],
  ["F", "H"],
] as const;
// Below this share of the direction an axis is left out: letters are a hint, not a measurement.
const FAINT = 0.25;

/** Letters of a direction in the patient (LPS+), the strongest axis first: "L", "PL", "HA". */
export function orientationLetters(direction: PatientMm): string {
  return AXIS_LETTERS.map(([negative, positive], axis) => {
    const share = direction[axis as 0 | 1 | 2];
    return { letter: share < 0 ? negative : positive, share: Math.abs(share) };
  })
    .filter(({ share }) => share > FAINT)
    .sort((one, other) => other.share - one.share)
    .map(({ letter }) => letter)
    .join("");
}

export interface EdgeLetters {
  left: string;
  right: string;
  top: string;
  bottom: string;
}

/** Letters for the four edges of an unrotated image, or null when it has no orientation. */
export function edgeLetters(plane: ImagePlane): EdgeLetters | null {
  if (!plane.orientation) return null;
  const { row, column } = plane.orientation;
  const reversed = (direction: PatientMm): PatientMm => [-direction[0], -direction[1], -direction[2]];
  return {
    left: orientationLetters(reversed(row)),
    right: orientationLetters(row),
    top: orientationLetters(reversed(column)),
    bottom: orientationLetters(column),
  };
}

const OPPOSITE: Record<string, string> = Object.fromEntries(
  AXIS_LETTERS.flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);

/** Patient Orientation of a person (PS3.3 C.7.6.1.1.1); null for what is missing, and for animals' words. */
export function directionsOf([row = "", column = ""]: string[]): Directions | null {
  const areLetters = [row, column].every((word) => /^[APRLHF]{1,3}$/.test(word));
  return areLetters ? { row, column } : null;
}

/**
 * Letters for the four edges of an image that knows its directions in letters alone. `toRight` and `toBottom` say
 * where the screen's right and bottom lie on the image: so far along its rows, so far along its columns.
 */
export function edgeLettersOf(
  directions: Directions,
  toRight: PixelPoint,
  toBottom: PixelPoint,
): EdgeLetters {
  const [right, bottom] = [lettersTowards(directions, toRight), lettersTowards(directions, toBottom)];
  return { left: opposite(right), right, top: opposite(bottom), bottom };
}

/** An image stands upright or on its side, so that one of its two directions is the screen's. */
function lettersTowards({ row, column }: Directions, [alongRow, alongColumn]: PixelPoint): string {
  const isRow = Math.abs(alongRow) >= Math.abs(alongColumn);
  const letters = isRow ? row : column;
  return (isRow ? alongRow : alongColumn) >= 0 ? letters : opposite(letters);
}

function opposite(letters: string): string {
  return [...letters].map((letter) => OPPOSITE[letter] ?? "").join("");
}
