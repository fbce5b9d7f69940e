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

function unitOf(instance: DicomJson, transformation: DicomJson, lutItem: DicomJson | null): string | null {
  const named = lutItem ? textOf(lutItem, TAG.modalityLutType) : textOf(transformation, TAG.rescaleType);
  if (named && named !== "US") return named;
  const modality = textOf(instance, TAG.modality);
  if (modality === "PT") return PET_UNITS[textOf(instance, TAG.units) ?? ""] ?? null;
  // C.8.2.1: a CT whose Rescale Type is absent is in Hounsfield units.
  return modality === "CT" && !named ? "HU" : null;
}

function paddingOf(instance: DicomJson, isSigned: boolean): PixelDescription["padding"] {
  const value = numberOf(instance, TAG.paddingValue);
  if (value === null) return null;
  const one = signedWord(value, isSigned);
  const limit = numberOf(instance, TAG.paddingRangeLimit);
  const other = limit === null ? one : signedWord(limit, isSigned);
  return { low: Math.min(one, other), high: Math.max(one, other) };
}

export type PixelArray = Uint8Array | Uint16Array | Int16Array | Float32Array;

export interface ModalityPixels {
  values: PixelArray;
  /** The ends of what is no padding. */
  min: number;
  max: number;
  /** 1 where the stored value is padding; null when there is none. */
  padding: Uint8Array | null;
}

/** The stored numbers of a grey image as values: unused bits off, sign, modality LUT, SUV, padding darkened. */
export function modalityPixels(raw: ArrayLike<number>, description: PixelDescription): ModalityPixels {
  const values = new (arrayTypeFor(description, raw))(raw.length);
  if (description.bitsAllocated > 16) fillDirectly(values, raw, description);
  else fillByTable(values, raw, description);
  const padding = paddingMask(raw, description);
  const { min, max } = rangeOf(values, padding);
  const isWhiteLow = description.photometricInterpretation === "MONOCHROME1";
  if (padding) darken(values, padding, isWhiteLow ? max : min, isWhiteLow);
  return { values, min, max, padding };
}

function fillDirectly(values: PixelArray, raw: ArrayLike<number>, description: PixelDescription): void {
  const storedValue = storedValueReader(description);
  const modalityValue = modalityFunction(description);
  for (let index = 0; index < raw.length; index += 1)
    values[index] = modalityValue(storedValue(raw[index] ?? 0));
}

const WORDS = 65_536;
// The slices of a series mostly share their description: one table serves them all.
let lastTable: { key: string; values: Float64Array } = { key: "", values: new Float64Array(0) };

/** Every possible word once, then one look-up a pixel: a mammogram has twelve million of them. */
function fillByTable(values: PixelArray, raw: ArrayLike<number>, description: PixelDescription): void {
  const { rescale, suv, table, bitsStored, highBit, isSigned } = description;
  const key = JSON.stringify([rescale, suv?.factor, bitsStored, highBit, isSigned]);
  if (table || lastTable.key !== key) {
    lastTable = { key: table ? "" : key, values: wordTable(description) };
  }
  const valueOfWord = lastTable.values;
  for (let index = 0; index < raw.length; index += 1) {
    values[index] = valueOfWord[(raw[index] ?? 0) & (WORDS - 1)] ?? 0;
  }
}

function wordTable(description: PixelDescription): Float64Array {
  const storedValue = storedValueReader(description);
  const modalityValue = modalityFunction(description);
  const values = new Float64Array(WORDS);
  for (let word = 0; word < WORDS; word += 1) values[word] = modalityValue(storedValue(word));
  return values;
}

function paddingMask(raw: ArrayLike<number>, description: PixelDescription): Uint8Array | null {
  const { padding } = description;
  if (!padding) return null;
  const storedValue = storedValueReader(description);
  const mask = new Uint8Array(raw.length);
  let isAny = false;
  for (let index = 0; index < raw.length; index += 1) {
    const stored = storedValue(raw[index] ?? 0);
    if (stored < padding.low || stored > padding.high) continue;
    mask[index] = 1;
    isAny = true;
  }
  return isAny ? mask : null;
}

/** Of the values that are no padding; of all when nothing else is there. */
function rangeOf(values: ArrayLike<number>, padding: Uint8Array | null): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (padding?.[index] === 1) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min <= max) return { min, max };
  return padding ? rangeOf(values, null) : { min: 0, max: 0 };
}

/** Padding that would be brighter than the darkest measurement gets its value: it is background, not anatomy. */
function darken(values: PixelArray, padding: Uint8Array, darkest: number, isWhiteLow: boolean): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    const isBright = isWhiteLow ? value < darkest : value > darkest;
    if (padding[index] === 1 && isBright) values[index] = darkest;
  }
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

type PixelArrayType = typeof Uint8Array | typeof Uint16Array | typeof Int16Array | typeof Float32Array;

/**
 * An array that holds every value exactly. It is chosen from the description, so that the slices of a series
 * come out alike and a volume can be made of them; only where the possible values do not fit 16 bits (a
 * signed 16-bit CT with an intercept) the values that are there decide, for floats cost twice the memory.
 */
export function arrayTypeFor(description: PixelDescription, raw: ArrayLike<number>): PixelArrayType {
  const { bitsStored, isSigned, rescale, suv, table } = description;
  const isWhole = table !== null || (Number.isInteger(rescale.slope) && Number.isInteger(rescale.intercept));
  if (!isWhole || suv?.factor) return Float32Array;
  if (table) return wholeType(0, 65_535);
  const half = 2 ** (bitsStored - 1);
  const possible = isSigned ? [-half, half - 1] : [0, 2 * half - 1];
  const modalityValue = modalityFunction(description);
  const type = wholeType(...endsOf(possible.map(modalityValue)));
  if (type !== Float32Array) return type;
  const there = storedRange(raw, description);
  return wholeType(...endsOf([there.min, there.max].map(modalityValue)));
}

function storedRange(raw: ArrayLike<number>, description: PixelDescription): { min: number; max: number } {
  const storedValue = storedValueReader(description);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < raw.length; index += 1) {
    const stored = storedValue(raw[index] ?? 0);
    if (stored < min) min = stored;
    if (stored > max) max = stored;
  }
  return { min, max };
}

function endsOf(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function wholeType(low: number, high: number): PixelArrayType {
  if (low >= 0 && high <= 255) return Uint8Array;
  if (low >= 0 && high <= 65_535) return Uint16Array;
  return low >= -32_768 && high <= 32_767 ? Int16Array : Float32Array;
}
