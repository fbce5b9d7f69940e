import { modalityFunction, type PixelDescription, storedValueReader } from "./modality";

export type PixelArray = Uint8Array | Uint16Array | Int16Array | Float32Array;

export interface ModalityPixels {
  values: PixelArray;
  /** The ends of what is no padding. */
  min: number;
  max: number;
  /** 1 where the stored value is padding; null when there is none. */
  padding: Uint8Array | null;
}

type Range = { min: number; max: number };

/** The stored numbers of a grey image as values: unused bits off, sign, modality LUT, SUV, padding darkened. */
export function modalityPixels(raw: ArrayLike<number>, description: PixelDescription): ModalityPixels {
  return description.bitsAllocated > 16 ? directly(raw, description) : byWords(raw, description);
}

const WORDS = 65_536;

/**
 * What is asked of a pixel depends on its word alone. So every word that occurs is asked once, and a pixel costs two
 * look-ups: a mammogram has twelve million of them, and a series has hundreds of slices, on the page's one thread.
 */
function byWords(raw: ArrayLike<number>, description: PixelDescription): ModalityPixels {
  const words = wordsOf(raw);
  const seen = seenIn(words);
  const table = tableOf(description);
  const isPadding = paddingWords(seen, table, description);
  const range = rangeOfWords(seen, table.values, isPadding) ?? rangeOfWords(seen, table.values, null);
  const { min, max } = range ?? { min: 0, max: 0 };
  const isWhiteLow = description.photometricInterpretation === "MONOCHROME1";
  const valueOfWord = isPadding
    ? darkened(table.values, isPadding, isWhiteLow ? max : min, isWhiteLow)
    : table.values;
  const type = arrayTypeFor(description, () => rangeOfWords(seen, table.stored, null));
  const padding = isPadding && maskOf(words, isPadding);
  return { values: filled(type, words, valueOfWord), min, max, padding };
}

/** All loops run over one type of array: over several the browser would not compile them well. */
function wordsOf(raw: ArrayLike<number>): Uint16Array {
  if (raw instanceof Uint16Array) return raw;
  if (raw instanceof Int16Array) return new Uint16Array(raw.buffer, raw.byteOffset, raw.length);
  const words = new Uint16Array(raw.length);
  words.set(raw);
  return words;
}

function seenIn(words: Uint16Array): Uint8Array {
  const seen = new Uint8Array(WORDS);
  for (let index = 0; index < words.length; index += 1) seen[words[index] ?? 0] = 1;
  return seen;
}

interface WordTable {
  key: string;
  stored: Float64Array;
  values: Float64Array;
}

// The slices of a series mostly share their description: one table serves them all.
let lastTable: WordTable = { key: "", stored: new Float64Array(0), values: new Float64Array(0) };

function tableOf(description: PixelDescription): WordTable {
  const { rescale, suv, table, bitsStored, highBit, isSigned } = description;
  const key = JSON.stringify([rescale, suv?.factor, bitsStored, highBit, isSigned]);
  if (!table && lastTable.key === key) return lastTable;
  const stored = Float64Array.from({ length: WORDS }, (_, word) => word).map(storedValueReader(description));
  const made = { key: table ? "" : key, stored, values: stored.map(modalityFunction(description)) };
  lastTable = made;
  return made;
}

/** Which of the words that occur are padding; null when none is. */
function paddingWords(
  seen: Uint8Array,
  { stored }: WordTable,
  { padding }: PixelDescription,
): Uint8Array | null {
  if (!padding) return null;
  const found = seen.map((isSeen, word) => {
    const value = stored[word] ?? 0;
    return isSeen === 1 && value >= padding.low && value <= padding.high ? 1 : 0;
  });
  return found.includes(1) ? found : null;
}

function rangeOfWords(seen: Uint8Array, values: Float64Array, isPadding: Uint8Array | null): Range | null {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let word = 0; word < WORDS; word += 1) {
    if (seen[word] === 0 || isPadding?.[word] === 1) continue;
    const value = values[word] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : null;
}

/** Padding that would be brighter than the darkest measurement gets its value: it is background, not anatomy. */
function darkened(
  values: Float64Array,
  isPadding: Uint8Array,
  darkest: number,
  isWhiteLow: boolean,
): Float64Array {
  return values.map((value, word) => {
    const isBright = isWhiteLow ? value < darkest : value > darkest;
    return isPadding[word] === 1 && isBright ? darkest : value;
  });
}

function maskOf(words: Uint16Array, isPadding: Uint8Array): Uint8Array {
  const mask = new Uint8Array(words.length);
  for (let index = 0; index < words.length; index += 1) mask[index] = isPadding[words[index] ?? 0] ?? 0;
  return mask;
}

function filled(type: PixelArrayType, words: Uint16Array, valueOfWord: Float64Array): PixelArray {
  if (type === Float32Array) {
    const values = new Float32Array(words.length);
    for (let index = 0; index < words.length; index += 1) values[index] = valueOfWord[words[index] ?? 0] ?? 0;
    return values;
  }
  // Whole numbers of 16 bits are the same 16 bits with and without a sign.
  const bits = new Uint16Array(valueOfWord);
  const values = new Uint16Array(words.length);
  for (let index = 0; index < words.length; index += 1) values[index] = bits[words[index] ?? 0] ?? 0;
  if (type === Int16Array) return new Int16Array(values.buffer);
  return type === Uint8Array ? new Uint8Array(values) : values;
}

/** Pixels of more than 16 bits, one by one. */
function directly(raw: ArrayLike<number>, description: PixelDescription): ModalityPixels {
  const storedValue = storedValueReader(description);
  const modalityValue = modalityFunction(description);
  const stored = Float64Array.from(raw, storedValue);
  const type = arrayTypeFor(description, () => rangeOf(stored, null));
  const values = new type(stored.length);
  for (const [index, value] of stored.entries()) values[index] = modalityValue(value);
  const padding = paddingMask(stored, description);
  const range = rangeOf(values, padding) ?? rangeOf(values, null);
  const { min, max } = range ?? { min: 0, max: 0 };
  const isWhiteLow = description.photometricInterpretation === "MONOCHROME1";
  if (padding) darken(values, padding, isWhiteLow ? max : min, isWhiteLow);
  return { values, min, max, padding };
}

function paddingMask(stored: Float64Array, { padding }: PixelDescription): Uint8Array | null {
  if (!padding) return null;
  const mask = Uint8Array.from(stored, (value) => (value >= padding.low && value <= padding.high ? 1 : 0));
  return mask.includes(1) ? mask : null;
}

/** Of what is no padding; null when nothing else is there. */
function rangeOf(values: ArrayLike<number>, padding: Uint8Array | null): Range | null {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (padding?.[index] === 1) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : null;
}

function darken(values: PixelArray, padding: Uint8Array, darkest: number, isWhiteLow: boolean): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    const isBright = isWhiteLow ? value < darkest : value > darkest;
    if (padding[index] === 1 && isBright) values[index] = darkest;
  }
}

type PixelArrayType = typeof Uint8Array | typeof Uint16Array | typeof Int16Array | typeof Float32Array;

/**
 * An array that holds every value exactly. It is chosen from the description, so that the slices of a series
 * come out alike and a volume can be made of them; only where the possible values do not fit 16 bits (a
 * signed 16-bit CT with an intercept) the values that are there decide, for floats cost twice the memory.
 */
function arrayTypeFor(description: PixelDescription, storedRange: () => Range | null): PixelArrayType {
  const { bitsStored, isSigned, rescale, suv, table } = description;
  const isWhole = table !== null || (Number.isInteger(rescale.slope) && Number.isInteger(rescale.intercept));
  if (!isWhole || suv?.factor) return Float32Array;
  if (table) return wholeType(0, 65_535);
  const half = 2 ** (bitsStored - 1);
  const possible = isSigned ? [-half, half - 1] : [0, 2 * half - 1];
  const modalityValue = modalityFunction(description);
  const type = wholeType(...endsOf(possible.map(modalityValue)));
  if (type !== Float32Array) return type;
  const there = storedRange() ?? { min: 0, max: 0 };
  return wholeType(...endsOf([there.min, there.max].map(modalityValue)));
}

function endsOf(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function wholeType(low: number, high: number): PixelArrayType {
  if (low >= 0 && high <= 255) return Uint8Array;
  if (low >= 0 && high <= 65_535) return Uint16Array;
  return low >= -32_768 && high <= 32_767 ? Int16Array : Float32Array;
}
