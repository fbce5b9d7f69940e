import { type DicomJson, itemsOf, numbersOf, textOf, textsOf } from "./dicomJson";
import { groupOf } from "./functionalGroups";
import { type LookupTable, lookUp, lookupTableOf } from "./lookupTable";
import { TAG } from "./tags";
import { rangeOfWindow, type VoiRange } from "./window";

/** PS3.3 C.11.2.1.2 and C.11.2.1.3; the names are DICOM's. */
export type VoiFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";

/** One of the displays that the image offers (C.11.2.1: of several any one may be chosen, never two at once). */
export type VoiChoice =
  | { kind: "WINDOW"; name: string | null; voiFunction: VoiFunction; center: number; width: number }
  | { kind: "TABLE"; name: string | null; table: LookupTable };

const FUNCTIONS: readonly string[] = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];

/**
 * The windows of a frame in their order, then its lookup tables. Impossible widths are left out.
 * `factor` is what the values are multiplied with after the modality LUT (SUV): the windows go with them.
 */
export function voiChoicesOf(
  instance: DicomJson,
  frameIndex: number,
  isSigned: boolean,
  factor: number,
): VoiChoice[] {
  const group = groupOf(instance, frameIndex, TAG.frameVoiLut);
  const choices = [...windowsOf(group), ...tablesOf(group, isSigned)];
  return factor === 1 ? choices : choices.flatMap((choice) => scaled(choice, factor));
}

function scaled(choice: VoiChoice, factor: number): VoiChoice[] {
  if (choice.kind === "TABLE" || choice.voiFunction === "SIGMOID") return [];
  const { lower, upper } = rangeOfChoice(choice);
  const [center, width] = [((lower + upper) / 2) * factor, (upper - lower) * factor];
  return [{ kind: "WINDOW", name: choice.name, voiFunction: "LINEAR_EXACT", center, width }];
}

function windowsOf(group: DicomJson): VoiChoice[] {
  const centers = numbersOf(group, TAG.windowCenter) ?? [];
  const widths = numbersOf(group, TAG.windowWidth) ?? [];
  const names = textsOf(group, TAG.windowExplanation);
  const named = textOf(group, TAG.voiLutFunction) ?? "LINEAR";
  const voiFunction = (FUNCTIONS.includes(named) ? named : "LINEAR") as VoiFunction;
  return centers.flatMap((center, index) => {
    const width = widths[index] ?? 0;
    if (!isPossible(width, voiFunction)) return [];
    return [{ kind: "WINDOW" as const, name: names[index] || null, voiFunction, center, width }];
  });
}

/** C.11.2.1.2 and C.11.2.1.3: a LINEAR_EXACT window is wider than 0. Cornerstone draws no SIGMOID below 1. */
function isPossible(width: number, voiFunction: VoiFunction): boolean {
  return voiFunction === "LINEAR_EXACT" ? width > 0 : width >= 1;
}

function tablesOf(group: DicomJson, isSigned: boolean): VoiChoice[] {
  return itemsOf(group, TAG.voiLut).flatMap((item) => {
    const table = lookupTableOf(item, isSigned);
    return table ? [{ kind: "TABLE" as const, name: table.explanation, table }] : [];
  });
}

/** The values at which a display begins and ends to change. */
export function rangeOfChoice(choice: VoiChoice): VoiRange {
  if (choice.kind === "WINDOW") return rangeOfWindow(choice, choice.voiFunction);
  const { firstMapped, values } = choice.table;
  return { lower: firstMapped, upper: firstMapped + values.length - 1 };
}

/** The grey of a value, from 0 (black) to 1: the formulas of C.11.2.1.1, C.11.2.1.2 and C.11.2.1.3. */
export function greyOf(choice: VoiChoice, value: number): number {
  if (choice.kind === "TABLE") return lookUp(choice.table, value) / (2 ** choice.table.bits - 1);
  if (choice.voiFunction === "SIGMOID") {
    return 1 / (1 + Math.exp((-4 * (value - choice.center)) / choice.width));
  }
  const { lower, upper } = rangeOfChoice(choice);
  return Math.min(Math.max((value - lower) / (upper - lower), 0), 1);
}
