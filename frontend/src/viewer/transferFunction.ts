import { type Types, utilities } from "@cornerstonejs/core";
import { usesCpu } from "./cornerstone";
import type { Display } from "./display";
import type { LookupTable } from "./lookupTable";

type TransferFunction = ReturnType<typeof utilities.createLinearRGBTransferFunction>;

const ours = new WeakSet<TransferFunction>();

/**
 * Draw a stack with the function of a display. Cornerstone keeps a sigmoid or a table where a straight line
 * should follow, and knows no tables at all. On the CPU there are only straight lines: the ends are right.
 */
export function drawWith(viewport: Types.IStackViewport, display: Display): void {
  const property = propertyOf(viewport);
  if (!property) return;
  const drawn = functionOf(display);
  ours.add(drawn);
  if (viewport.getProperties().invert) utilities.invertRgbTransferFunction(drawn);
  property.setRGBTransferFunction(0, drawn);
}

/** Whether the stack is still drawn by what `drawWith` has set: a new image may have brought a new drawing. */
export function isDrawnByUs(viewport: Types.IStackViewport): boolean {
  const property = propertyOf(viewport);
  return !property || ours.has(property.getRGBTransferFunction(0) as TransferFunction);
}

function propertyOf(viewport: Types.IStackViewport) {
  if (usesCpu()) return undefined;
  return (viewport.getDefaultActor()?.actor as Types.ImageActor | undefined)?.getProperty();
}

function functionOf({ choice, range }: Display): TransferFunction {
  if (choice?.kind === "TABLE") return tableFunction(choice.table);
  return choice?.voiFunction === "SIGMOID"
    ? utilities.createSigmoidRGBTransferFunction(range)
    : utilities.createLinearRGBTransferFunction(range);
}

function tableFunction(table: LookupTable): TransferFunction {
  const drawn = utilities.createLinearRGBTransferFunction({ lower: 0, upper: 1 });
  drawn.removeAllPoints();
  const white = 2 ** table.bits - 1;
  for (const index of bends(table.values)) {
    const grey = (table.values[index] ?? 0) / white;
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
