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

/** Show a stack so. A SIGMOID comes with the image itself; Cornerstone knows no lookup tables. */
export function applyDisplay(viewport: Types.IStackViewport, display: FirstDisplay): void {
  viewport.setProperties({ voiRange: display.range });
  keepDisplay(viewport, display);
}

type TransferFunction = ReturnType<typeof utilities.createLinearRGBTransferFunction>;

const tableOfFunction = new WeakMap<TransferFunction, LookupTable>();

/**
 * Put a lookup table back after Cornerstone has made a new drawing for an image that differs from the one
 * before in size or kind. On the CPU it cannot be shown: there its ends are used as a window.
 */
export function keepDisplay(viewport: Types.IStackViewport, display: FirstDisplay): void {
  if (display.choice?.kind !== "TABLE" || usesCpu()) return;
  const { table } = display.choice;
  const property = (viewport.getDefaultActor()?.actor as Types.ImageActor | undefined)?.getProperty();
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
