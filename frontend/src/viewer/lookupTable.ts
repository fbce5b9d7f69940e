import { type DicomJson, numbersOf, textOf } from "./dicomJson";
import { TAG } from "./tags";

/** A lookup table as DICOM writes it (PS3.3 C.11.1.1.1): clamped at both ends. */
export interface LookupTable {
  firstMapped: number;
  values: Uint16Array;
  /** How many bits of each entry count. */
  bits: number;
  explanation: string | null;
}

const WHOLE_TABLE = 65_536;

/** The table of a LUT item; null when its data is missing or shorter than its descriptor says. */
export function lookupTableOf(item: DicomJson, isSigned: boolean): LookupTable | null {
  const table = tableOf(item, TAG.lutDescriptor, TAG.lutData, isSigned);
  return table && { ...table, explanation: textOf(item, TAG.lutExplanation) };
}

export function tableOf(
  item: DicomJson,
  descriptorTag: string,
  dataTag: string,
  isSigned: boolean,
): Omit<LookupTable, "explanation"> | null {
  const [count, first, bits] = numbersOf(item, descriptorTag) ?? [];
  if (count === undefined || first === undefined || bits === undefined) return null;
  // 65,536 entries do not fit the descriptor's 16 bits and are written as 0.
  const length = count === 0 ? WHOLE_TABLE : count;
  const values = wordsOf(item, dataTag, length, bits);
  return values && { firstMapped: signedWord(first, isSigned), values, bits };
}

/** A 16-bit number whose writer chose US where the image's pixels are signed (or the other way round). */
export function signedWord(value: number, isSigned: boolean): number {
  if (isSigned) return value > 32_767 ? value - 65_536 : value;
  return value < 0 ? value + 65_536 : value;
}

function wordsOf(item: DicomJson, tag: string, length: number, bits: number): Uint16Array | null {
  const inline = item[tag]?.InlineBinary;
  if (inline !== undefined) return binaryWords(bytesOf(inline), length, bits);
  const values = numbersOf(item, tag);
  if (!values || values.length < length) return null;
  return Uint16Array.from(values.slice(0, length), (value) => signedWord(value, false));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Little endian words; 8-bit entries may be packed two to a word (PS3.3 C.7.6.3.1.6). */
function binaryWords(bytes: Uint8Array, length: number, bits: number): Uint16Array | null {
  const isPacked = bits <= 8 && bytes.length < 2 * length;
  if (bytes.length < (isPacked ? length : 2 * length)) return null;
  const at = (index: number) =>
    isPacked ? (bytes[index] ?? 0) : (bytes[2 * index] ?? 0) + 256 * (bytes[2 * index + 1] ?? 0);
  return Uint16Array.from({ length }, (_, index) => at(index));
}

/** The entry for a value: those below and above the table get its first and last entry. */
export function lookUp(table: Pick<LookupTable, "firstMapped" | "values">, value: number): number {
  const index = Math.min(Math.max(Math.round(value) - table.firstMapped, 0), table.values.length - 1);
  return table.values[index] ?? 0;
}
