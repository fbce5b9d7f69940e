import { imageLoader, type Types, utilities } from "@cornerstonejs/core";
import { usesCpu } from "./cornerstone";
import { paddingOf } from "./frameImage";
import type { LookupTable } from "./lookupTable";
import type { Slice } from "./slices";
import { rangeOfChoice, type VoiChoice } from "./voi";
import { derivedRange, type VoiRange } from "./window";

/** How a stack is shown at first: what its image names, else a window derived from its values. */
export interface FirstDisplay {
  range: VoiRange;
  choice: VoiChoice | null;
}

const AS_STORED = { lower: 0, upper: 255 };

/** The display the first image names; without one, derived from the middle slice, where the body is. */
export async function firstDisplay(slices: Slice[], index: number): Promise<FirstDisplay | null> {
  const first = slices[index];
  if (!first) return null;
  // Said aloud, for the viewport may still have the window of the series before.
  if (first.isColour) return { range: AS_STORED, choice: null };
  const [choice] = first.frame.displays;
  if (choice) return { range: rangeOfChoice(choice), choice };
  const middle = slices[Math.floor(slices.length / 2)] ?? first;
  const image = await imageLoader.loadAndCacheImage(middle.imageId);
  return { range: derivedRange(image.getPixelData(), paddingOf(image)), choice: null };
}

/** Whether a stack is shown just so: neither windowed by hand nor another way. */
export function isShownAs(display: FirstDisplay, range: VoiRange | null): boolean {
  return range !== null && range.lower === display.range.lower && range.upper === display.range.upper;
}

/** Back to a display; where the image is shown so already, on to the next one that it names. */
export function nextDisplay(
  slice: Slice | undefined,
  now: FirstDisplay,
  range: VoiRange | null,
): FirstDisplay {
  const choices = slice && !slice.isColour ? slice.frame.displays : [];
  if (!isShownAs(now, range) || choices.length < 2) return now;
  const place = now.choice ? choices.indexOf(now.choice) : -1;
  const choice = choices[(place + 1) % choices.length] ?? null;
  return choice ? { range: rangeOfChoice(choice), choice } : now;
}

/** What a display is called, when it is one of several. */
export function nameOfDisplay(slice: Slice | undefined, { choice }: FirstDisplay): string | null {
  if (!choice || !slice || slice.frame.displays.length < 2) return null;
  return (
    choice.name ?? `${choice.kind === "TABLE" ? "LUT" : "Window"} ${slice.frame.displays.indexOf(choice) + 1}`
  );
}

/** Show a stack so. A SIGMOID comes with the image itself; Cornerstone knows no lookup tables. */
export function applyDisplay(viewport: Types.IStackViewport, display: FirstDisplay): void {
  leaveTable(viewport, display);
  viewport.setProperties({ voiRange: display.range });
  keepDisplay(viewport, display);
}

/** From a lookup table back to a window: the function that draws is made anew. */
function leaveTable(viewport: Types.IStackViewport, { choice, range }: FirstDisplay): void {
  const property = propertyOf(viewport);
  const drawn = property?.getRGBTransferFunction(0) as TransferFunction | undefined;
  const table = drawn && tableOfFunction.get(drawn);
  if (!property || !table || (choice?.kind === "TABLE" && choice.table === table)) return;
  const isSigmoid = choice?.kind === "WINDOW" && choice.voiFunction === "SIGMOID";
  const window = isSigmoid
    ? utilities.createSigmoidRGBTransferFunction(range)
    : utilities.createLinearRGBTransferFunction(range);
  if (viewport.getProperties().invert) utilities.invertRgbTransferFunction(window);
  property.setRGBTransferFunction(0, window);
}

function propertyOf(viewport: Types.IStackViewport) {
  if (usesCpu()) return undefined;
  return (viewport.getDefaultActor()?.actor as Types.ImageActor | undefined)?.getProperty();
}

type TransferFunction = ReturnType<typeof utilities.createLinearRGBTransferFunction>;

const tableOfFunction = new WeakMap<TransferFunction, LookupTable>();

/**
 * Put a lookup table back after Cornerstone has made a new drawing for an image that differs from the one
 * before in size or kind. On the CPU it cannot be shown: there its ends are used as a window.
 */
export function keepDisplay(viewport: Types.IStackViewport, display: FirstDisplay): void {
  if (display.choice?.kind !== "TABLE") return;
  const { table } = display.choice;
  const property = propertyOf(viewport);
  if (!property || tableOfFunction.get(property.getRGBTransferFunction(0) as TransferFunction) === table)
    return;
  const drawn = tableFunction(table, display.range, viewport.getProperties().invert ?? false);
  tableOfFunction.set(drawn, table);
  property.setRGBTransferFunction(0, drawn);
}

function tableFunction(table: LookupTable, range: VoiRange, isInverted: boolean): TransferFunction {
  const drawn = utilities.createLinearRGBTransferFunction(range);
  drawn.removeAllPoints();
  const white = 2 ** table.bits - 1;
  for (const index of bends(table.values)) {
    const share = (table.values[index] ?? 0) / white;
    const grey = isInverted ? 1 - share : share;
    drawn.addRGBPoint(table.firstMapped + index, grey, grey, grey);
  }
  return drawn;
}

/** The entries at which the table changes its slope: between them it is a straight line. */
function bends(values: Uint16Array): number[] {
  const indices: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const before = (values[index] ?? 0) - (values[index - 1] ?? Number.NaN);
    const after = (values[index + 1] ?? Number.NaN) - (values[index] ?? 0);
    if (before !== after) indices.push(index);
  }
  return indices;
}
