import type { PatientMm } from "@/domain/payload";
import { type DicomJson, itemOf, numberOf, numbersOf, textOf } from "./dicomJson";
import { dot, type ImagePlane, normalOf } from "./plane";

/** One frame of a series, in the order in which it is shown. */
export interface Slice {
  imageId: string;
  sopInstanceUid: string;
  seriesInstanceUid: string;
  frameNumber: number;
  frameOfReferenceUid: string | null;
  modality: string;
  isColour: boolean;
  plane: ImagePlane;
  /** WindowCenter and WindowWidth of the image, in its own units; null when it names none. */
  window: { center: number; width: number } | null;
}

const TAG = {
  modality: "00080060",
  sopInstanceUid: "00080018",
  seriesInstanceUid: "0020000E",
  instanceNumber: "00200013",
  position: "00200032",
  orientation: "00200037",
  frameOfReferenceUid: "00200052",
  samplesPerPixel: "00280002",
  photometricInterpretation: "00280004",
  numberOfFrames: "00280008",
  rows: "00280010",
  columns: "00280011",
  pixelSpacing: "00280030",
  windowCenter: "00281050",
  windowWidth: "00281051",
  sharedGroups: "52009229",
  perFrameGroups: "52009230",
  planePosition: "00209113",
  planeOrientation: "00209116",
  pixelMeasures: "00289110",
  frameVoiLut: "00289132",
} as const;

export type FrameUrl = (sopInstanceUid: string, frameNumber: number) => string;

/** The frames of a series in reading order: by position along the normal, from the end numbered first; else by instance number. */
export function slicesOfSeries(instances: DicomJson[], frameUrl: FrameUrl): Slice[] {
  const images = instances.filter((instance) => numberOf(instance, TAG.rows) !== null);
  const numbered = images
    .map((instance) => ({ number: numberOf(instance, TAG.instanceNumber) ?? 0, instance }))
    .sort((one, other) => one.number - other.number);
  return byPosition(numbered.flatMap(({ instance }) => framesOf(instance, frameUrl)));
}

function framesOf(instance: DicomJson, frameUrl: FrameUrl): Slice[] {
  const count = numberOf(instance, TAG.numberOfFrames) ?? 1;
  return Array.from({ length: count }, (_, index) => frameOf(instance, index, frameUrl));
}

/** An attribute of an enhanced object's frame: its own functional group, else the shared one, else the top level. */
function groupOf(instance: DicomJson, index: number, group: string): DicomJson {
  const own = itemOf(instance, TAG.perFrameGroups, index);
  const shared = itemOf(instance, TAG.sharedGroups);
  return (own && itemOf(own, group)) ?? (shared && itemOf(shared, group)) ?? instance;
}

function frameOf(instance: DicomJson, index: number, frameUrl: FrameUrl): Slice {
  const sopInstanceUid = textOf(instance, TAG.sopInstanceUid) ?? "";
  return {
    imageId: `wadors:${frameUrl(sopInstanceUid, index + 1)}`,
    sopInstanceUid,
    seriesInstanceUid: textOf(instance, TAG.seriesInstanceUid) ?? "",
    frameNumber: index + 1,
    frameOfReferenceUid: textOf(instance, TAG.frameOfReferenceUid),
    modality: textOf(instance, TAG.modality) ?? "",
    isColour: isColour(instance),
    plane: planeOf(instance, index),
    window: windowOf(groupOf(instance, index, TAG.frameVoiLut)),
  };
}

function isColour(instance: DicomJson): boolean {
  const isPalette = textOf(instance, TAG.photometricInterpretation) === "PALETTE COLOR";
  return isPalette || (numberOf(instance, TAG.samplesPerPixel) ?? 1) > 1;
}

function windowOf(source: DicomJson): Slice["window"] {
  const center = numberOf(source, TAG.windowCenter);
  const width = numberOf(source, TAG.windowWidth);
  return center === null || width === null || width <= 0 ? null : { center, width };
}

function planeOf(instance: DicomJson, index: number): ImagePlane {
  const spacing = numbersOf(groupOf(instance, index, TAG.pixelMeasures), TAG.pixelSpacing);
  const position = numbersOf(groupOf(instance, index, TAG.planePosition), TAG.position);
  const cosines = numbersOf(groupOf(instance, index, TAG.planeOrientation), TAG.orientation);
  return {
    columns: numberOf(instance, TAG.columns) ?? 0,
    rows: numberOf(instance, TAG.rows) ?? 0,
    spacing: spacingOf(spacing),
    position: position && position.length >= 3 ? pointAt(position, 0) : null,
    orientation:
      cosines && cosines.length >= 6 ? { row: pointAt(cosines, 0), column: pointAt(cosines, 3) } : null,
  };
}

function spacingOf(values: number[] | null): ImagePlane["spacing"] {
  const [row_mm, column_mm] = values ?? [];
  if (row_mm === undefined || column_mm === undefined || row_mm <= 0 || column_mm <= 0) return null;
  return { row_mm, column_mm };
}

function pointAt(values: number[], start: number): PatientMm {
  const [x = 0, y = 0, z = 0] = values.slice(start, start + 3);
  return [x, y, z];
}

function byPosition(slices: Slice[]): Slice[] {
  const orientation = slices[0]?.plane.orientation;
  if (!orientation || slices.some((slice) => !slice.plane.position || !isParallel(slice, orientation)))
    return slices;
  const normal = normalOf(orientation);
  const depthOf = (slice: Slice) => (slice.plane.position ? dot(slice.plane.position, normal) : 0);
  // Position decides the neighbours, the numbering which end comes first: head or feet is the site's habit.
  const [first, last] = [slices[0], slices.at(-1)];
  const direction = first && last && depthOf(first) > depthOf(last) ? -1 : 1;
  return [...slices].sort((one, other) => direction * (depthOf(one) - depthOf(other)));
}

// Localisers and rotating acquisitions mix orientations: there a depth would order nothing.
const LEAST_COSINE = 0.99;

function isParallel(slice: Slice, orientation: NonNullable<ImagePlane["orientation"]>): boolean {
  const own = slice.plane.orientation;
  return own !== null && dot(normalOf(own), normalOf(orientation)) > LEAST_COSINE;
}
