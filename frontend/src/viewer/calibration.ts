import type { CalibrationKind } from "@/domain/calibrations";
import type { PixelPoint } from "@/domain/payload";
import { type DicomJson, itemsOf, numberOf, numbersOf, textOf } from "./dicomJson";
import { groupOf } from "./functionalGroups";
import type { ImagePlane } from "./plane";
import { TAG } from "./tags";

type Spacing = NonNullable<ImagePlane["spacing"]>;

/** What a millimetre of an image means, in a sentence; the words beside the number are in domain/calibrations.ts. */
export const CALIBRATION_TEXT: Record<CalibrationKind, string> = {
  PATIENT: "Measured in the patient.",
  MAGNIFICATION: "Detector spacing divided by the magnification that the image names (0018,1114).",
  GEOMETRY:
    "Corrected by the modality for geometric magnification: right at one depth, near the central ray.",
  FIDUCIAL: "Calibrated on an object of known size: right at the depth of that object.",
  CORRECTED: "Corrected for magnification or calibrated; the image does not say which.",
  DETECTOR: "Measured on the detector: the object itself is smaller by its magnification.",
  FILM: "Measured on the scanned film, not in the patient.",
  UNSTATED:
    "The image has a pixel spacing but does not say whether it is that of the patient or the detector.",
  ULTRASOUND_REGION: "By the calibration of the ultrasound region.",
};

/** Why there is no millimetre: a stable code and the sentence beside the mark. */
export const NO_CALIBRATION = {
  NO_SPACING: "The image has no pixel spacing.",
  OUTSIDE_REGIONS: "Outside the calibrated ultrasound regions.",
  ACROSS_REGIONS: "The mark crosses from one ultrasound region into another.",
  REGION_NOT_SPATIAL: "This ultrasound region shows a spectrum, a trace or text, not a distance.",
  REGION_UNITS: "This ultrasound region is not calibrated in centimetres.",
} as const;

export type CalibrationRefusal = keyof typeof NO_CALIBRATION;

export type Calibration =
  | { spacing: Spacing; kind: CalibrationKind }
  | { spacing: null; refusal: CalibrationRefusal };

export interface UltrasoundRegion {
  /** Columns and rows, both ends inside (PS3.3 C.8.5.5.1.1). */
  left: number;
  top: number;
  right: number;
  bottom: number;
  calibration: Calibration;
}

// C.8.5.5.1: 2D tissue (1) and colour flow (2) are pictures; M-mode, spectra and graphics are not.
const REGION_2D = 1;
const TISSUE_OR_FLOW = new Set([1, 2]);
const UNIT_CM = 3;

export function ultrasoundRegionsOf(instance: DicomJson): UltrasoundRegion[] {
  return itemsOf(instance, TAG.ultrasoundRegions).flatMap((item) => {
    const ends = [TAG.regionMinX, TAG.regionMinY, TAG.regionMaxX, TAG.regionMaxY].map((tag) =>
      numberOf(item, tag),
    );
    const [left, top, right, bottom] = ends;
    if (typeof left !== "number" || typeof top !== "number") return [];
    if (typeof right !== "number" || typeof bottom !== "number") return [];
    return [{ left, top, right, bottom, calibration: regionCalibration(item) }];
  });
}

function regionCalibration(item: DicomJson): Calibration {
  const isPicture =
    numberOf(item, TAG.regionSpatialFormat) === REGION_2D &&
    TISSUE_OR_FLOW.has(numberOf(item, TAG.regionDataType) ?? 0);
  if (!isPicture) return { spacing: null, refusal: "REGION_NOT_SPATIAL" };
  const isInCentimetres = numberOf(item, TAG.unitsX) === UNIT_CM && numberOf(item, TAG.unitsY) === UNIT_CM;
  const spacing = spacingOf([
    10 * Math.abs(numberOf(item, TAG.deltaY) ?? 0),
    10 * Math.abs(numberOf(item, TAG.deltaX) ?? 0),
  ]);
  if (!isInCentimetres || !spacing) return { spacing: null, refusal: "REGION_UNITS" };
  return { spacing, kind: "ULTRASOUND_REGION" };
}

/** Modalities whose pixel spacing is measured in a plane of the patient, not on a detector behind it. */
const CROSS_SECTIONAL = new Set(["CT", "MR", "PT", "NM", "US", "OPT", "OCT", "IVUS"]);

/**
 * The calibration of a whole image, in the order of PS3.3 10.7.1:
 *
 * 1. Pixel Spacing Calibration Type says how Pixel Spacing was corrected: it is used (10.7.1.2).
 * 2. Pixel Spacing that differs from Imager or Nominal Scanned Pixel Spacing was corrected somehow: used (10.7.1.1).
 * 3. Imager Pixel Spacing with Estimated Radiographic Magnification Factor: divided by it (C.8.7.10).
 * 4. Imager Pixel Spacing alone, or an equal Pixel Spacing: at the detector. Likewise on the scanned film.
 * 5. Pixel Spacing alone: in the patient for cross-sectional images, otherwise not stated.
 * 6. Nothing: no millimetres.
 */
export function calibrationOf(instance: DicomJson, frameIndex: number): Calibration {
  const measures = groupOf(instance, frameIndex, TAG.pixelMeasures);
  const spacing = spacingOf(numbersOf(measures, TAG.pixelSpacing));
  const frame = groupOf(instance, frameIndex, TAG.framePixelProperties);
  const imager = spacingOf(numbersOf(frame, TAG.imagerPixelSpacing));
  const film = spacingOf(numbersOf(instance, TAG.nominalScannedPixelSpacing));
  const corrected = spacing && correctedKind(instance, spacing, imager ?? film);
  if (spacing && corrected) return { spacing, kind: corrected };
  if (imager) return atDetector(imager, numberOf(instance, TAG.magnification));
  if (film) return { spacing: film, kind: "FILM" };
  if (!spacing) return { spacing: null, refusal: "NO_SPACING" };
  const isInPatient = measures !== instance || CROSS_SECTIONAL.has(textOf(instance, TAG.modality) ?? "");
  return { spacing, kind: isInPatient ? "PATIENT" : "UNSTATED" };
}

function correctedKind(
  instance: DicomJson,
  spacing: Spacing,
  uncorrected: Spacing | null,
): CalibrationKind | null {
  const type = textOf(instance, TAG.pixelSpacingCalibrationType);
  if (type === "GEOMETRY" || type === "FIDUCIAL") return type;
  return uncorrected && !isSame(spacing, uncorrected) ? "CORRECTED" : null;
}

function atDetector(imager: Spacing, magnification: number | null): Calibration {
  if (magnification === null || magnification < 1) return { spacing: imager, kind: "DETECTOR" };
  const { row_mm, column_mm } = imager;
  return {
    spacing: { row_mm: row_mm / magnification, column_mm: column_mm / magnification },
    kind: "MAGNIFICATION",
  };
}

// Decimal strings of at most 16 characters: equal values may be rounded differently.
const SAME_SHARE = 1e-4;

function isSame(one: Spacing, other: Spacing): boolean {
  const isNear = (a: number, b: number) => Math.abs(a - b) <= SAME_SHARE * b;
  return isNear(one.row_mm, other.row_mm) && isNear(one.column_mm, other.column_mm);
}

export function spacingOf(values: number[] | null): Spacing | null {
  const [row_mm, column_mm] = values ?? [];
  if (row_mm === undefined || column_mm === undefined || row_mm <= 0 || column_mm <= 0) return null;
  return { row_mm, column_mm };
}

/** Where millimetres come from for a mark: the ultrasound region all its points lie in, else the image. */
export function calibrationAt(
  image: { calibration: Calibration; regions: UltrasoundRegion[] },
  points: PixelPoint[],
): Calibration {
  if (image.regions.length === 0) return image.calibration;
  const regions = points.map((point) => innermost(image.regions, point));
  const [region] = regions;
  if (!region || regions.includes(undefined)) return { spacing: null, refusal: "OUTSIDE_REGIONS" };
  if (regions.some((other) => other !== region)) return { spacing: null, refusal: "ACROSS_REGIONS" };
  return region.calibration;
}

/** Regions may overlap; the smaller one lies on top (a trace over the picture). */
function innermost(regions: UltrasoundRegion[], [column, row]: PixelPoint): UltrasoundRegion | undefined {
  const around = regions.filter(
    ({ left, top, right, bottom }) =>
      column >= left - 0.5 && column <= right + 0.5 && row >= top - 0.5 && row <= bottom + 0.5,
  );
  const area = ({ left, top, right, bottom }: UltrasoundRegion) => (right - left) * (bottom - top);
  return around.sort((one, other) => area(one) - area(other))[0];
}
