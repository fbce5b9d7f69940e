import type { PatientMm } from "@/domain/payload";
import {
  type Calibration,
  calibrationOf,
  spacingOf,
  type UltrasoundRegion,
  ultrasoundRegionsOf,
} from "./calibration";
import { type DicomJson, numberOf, numbersOf, textOf, textsOf } from "./dicomJson";
import { groupOf } from "./functionalGroups";
import { type PixelDescription, pixelDescriptionOf } from "./modality";
import { type Palette, paletteOf } from "./palette";
import { directionsOf, dot, type ImagePlane, normalOf } from "./plane";
import { TAG } from "./tags";
import { type VoiChoice, voiChoicesOf } from "./voi";

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
  frame: FrameDescription;
}

/** What the image says of its pixels, displays and millimetres, all from its metadata. */
export interface FrameDescription {
  sopClassUid: string;
  pixels: PixelDescription;
  palette: Palette | null;
  /** Windows and lookup tables that the image names, the first one being its default. */
  displays: VoiChoice[];
  calibration: Calibration;
  regions: UltrasoundRegion[];
  isLossy: boolean;
}

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

function frameOf(instance: DicomJson, index: number, frameUrl: FrameUrl): Slice {
  const sopInstanceUid = textOf(instance, TAG.sopInstanceUid) ?? "";
  const frame = descriptionOf(instance, index);
  const [first] = frame.displays;
  return {
    imageId: `wadors:${frameUrl(sopInstanceUid, index + 1)}`,
    sopInstanceUid,
    seriesInstanceUid: textOf(instance, TAG.seriesInstanceUid) ?? "",
    frameNumber: index + 1,
    frameOfReferenceUid: textOf(instance, TAG.frameOfReferenceUid),
    modality: textOf(instance, TAG.modality) ?? "",
    isColour: frame.palette !== null || frame.pixels.samplesPerPixel > 1,
    plane: planeOf(instance, index, frame),
    window: first?.kind === "WINDOW" ? { center: first.center, width: first.width } : null,
    frame,
  };
}

export function descriptionOf(instance: DicomJson, index: number): FrameDescription {
  const pixels = pixelDescriptionOf(instance, index);
  return {
    sopClassUid: textOf(instance, TAG.sopClassUid) ?? "",
    pixels,
    palette: paletteOf(instance, pixels),
    displays: voiChoicesOf(instance, index, pixels.isSigned, pixels.suv?.factor ?? 1),
    calibration: calibrationOf(instance, index),
    regions: ultrasoundRegionsOf(instance),
    isLossy: textOf(instance, TAG.lossyCompression) === "01",
  };
}

function planeOf(instance: DicomJson, index: number, frame: FrameDescription): ImagePlane {
  const position = numbersOf(groupOf(instance, index, TAG.planePosition), TAG.position);
  const cosines = numbersOf(groupOf(instance, index, TAG.planeOrientation), TAG.orientation);
  return {
    columns: numberOf(instance, TAG.columns) ?? 0,
    rows: numberOf(instance, TAG.rows) ?? 0,
    // Where ultrasound regions are, each has its own millimetres and the image has none.
    spacing: frame.regions.length > 0 ? null : frame.calibration.spacing,
    // Vertical, then horizontal size (PS3.3 C.7.6.3.1.7), the same order as row and column spacing.
    pixelAspect: spacingOf(numbersOf(instance, TAG.pixelAspectRatio)),
    position: position && position.length >= 3 ? pointAt(position, 0) : null,
    orientation:
      cosines && cosines.length >= 6 ? { row: pointAt(cosines, 0), column: pointAt(cosines, 3) } : null,
    directions: directionsOf(textsOf(instance, TAG.patientOrientation)),
  };
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
