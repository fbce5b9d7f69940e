import { type DicomJson, itemOf, numberOf, textOf } from "./dicomJson";
import { groupOf } from "./functionalGroups";
import { type LookupTable, lookUp, lookupTableOf, signedWord } from "./lookupTable";
import { TAG } from "./tags";

/** How stored numbers become values: PS3.3 C.7.6.3 (what is stored), C.11.1 (modality LUT), C.7.5.1.1.2 (padding). */
export interface PixelDescription {
  samplesPerPixel: number;
  photometricInterpretation: string;
  planarConfiguration: number;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  isSigned: boolean;
  rescale: { slope: number; intercept: number };
  /** Instead of the rescale, never with it (C.11.1.1). */
  table: LookupTable | null;
  /** Stored values that are no measurement, both ends included. */
  padding: { low: number; high: number } | null;
  /** What the values are after all of this: "HU", "SUV", "Bq/ml"; null when the image does not say. */
  unit: string | null;
  suv: Suv | null;
}

/** PET only: the portal computes the factor, so that neither weight nor times leave it. */
export type Suv = { factor: number; kind: string; refusal: null } | { factor: null; refusal: string };

export function pixelDescriptionOf(instance: DicomJson, frameIndex: number): PixelDescription {
  const bitsAllocated = numberOf(instance, TAG.bitsAllocated) ?? 16;
  const bitsStored = numberOf(instance, TAG.bitsStored) ?? bitsAllocated;
  const isSigned = numberOf(instance, TAG.pixelRepresentation) === 1;
  const transformation = groupOf(instance, frameIndex, TAG.pixelValueTransformation);
  const lutItem = itemOf(instance, TAG.modalityLut);
  const suv = suvOf(instance);
  return {
    samplesPerPixel: numberOf(instance, TAG.samplesPerPixel) ?? 1,
    photometricInterpretation: textOf(instance, TAG.photometricInterpretation) ?? "MONOCHROME2",
    planarConfiguration: numberOf(instance, TAG.planarConfiguration) ?? 0,
    bitsAllocated,
    bitsStored,
    highBit: numberOf(instance, TAG.highBit) ?? bitsStored - 1,
    isSigned,
    rescale: {
      slope: numberOf(transformation, TAG.rescaleSlope) ?? 1,
      intercept: numberOf(transformation, TAG.rescaleIntercept) ?? 0,
    },
    table: lutItem && lookupTableOf(lutItem, isSigned),
    padding: paddingOf(instance, isSigned),
    unit: suv?.factor ? "SUV" : unitOf(instance, transformation, lutItem),
    suv,
  };
}

function suvOf(instance: DicomJson): Suv | null {
  const factor = numberOf(instance, TAG.suvFactor);
  const kind = textOf(instance, TAG.suvKind);
  if (factor !== null && kind !== null) return { factor, kind, refusal: null };
  const refusal = textOf(instance, TAG.suvRefusal);
  return refusal === null ? null : { factor: null, refusal };
}

const PET_UNITS: Record<string, string> = { BQML: "Bq/ml", CNTS: "counts", GML: "g/ml", PROPCNTS: "counts" };

const RESCALE = [TAG.rescaleSlope, TAG.rescaleIntercept];

function unitOf(instance: DicomJson, transformation: DicomJson, lutItem: DicomJson | null): string | null {
  const named = lutItem ? textOf(lutItem, TAG.modalityLutType) : textOf(transformation, TAG.rescaleType);
  if (named && named !== "US") return named;
  const modality = textOf(instance, TAG.modality);
  if (modality === "PT") return PET_UNITS[textOf(instance, TAG.units) ?? ""] ?? null;
  // C.8.2.1: Rescale Type of a CT may be absent where its rescale gives Hounsfield units; without one nothing does.
  const isRescaled = RESCALE.every((tag) => numberOf(transformation, tag) !== null);
  return modality === "CT" && !named && !lutItem && isRescaled ? "HU" : null;
}

function paddingOf(instance: DicomJson, isSigned: boolean): PixelDescription["padding"] {
  const value = numberOf(instance, TAG.paddingValue);
  if (value === null) return null;
  const one = signedWord(value, isSigned);
  const limit = numberOf(instance, TAG.paddingRangeLimit);
  const other = limit === null ? one : signedWord(limit, isSigned);
  return { low: Math.min(one, other), high: Math.max(one, other) };
}

/** PS3.5 8.1.1: only BitsStored bits up to HighBit are the value; above them may lie anything. */
export function storedValueReader(description: PixelDescription): (raw: number) => number {
  const { bitsStored, highBit, isSigned } = description;
  if (bitsStored >= 32) return isSigned ? (raw) => raw | 0 : (raw) => raw >>> 0;
  const shift = Math.max(highBit + 1 - bitsStored, 0);
  const mask = 2 ** bitsStored - 1;
  const sign = 2 ** (bitsStored - 1);
  const unsigned = (raw: number) => (raw >> shift) & mask;
  return isSigned ? (raw) => (unsigned(raw) ^ sign) - sign : unsigned;
}

export function modalityFunction(description: PixelDescription): (stored: number) => number {
  const { table, rescale, suv } = description;
  const factor = suv?.factor ?? 1;
  if (table) return (stored) => factor * lookUp(table, stored);
  const slope = rescale.slope * factor;
  const intercept = rescale.intercept * factor;
  return slope === 1 && intercept === 0 ? (stored) => stored : (stored) => stored * slope + intercept;
}
