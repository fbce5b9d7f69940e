import { SINGLE_PICTURES } from "@/domain/frames/likelyFirst";
import type { Slice } from "./slices";
import { rangeOfChoice, type VoiChoice, type VoiFunction } from "./voi";
import type { VoiRange } from "./window";

/** How an image is shown: as it asks for, else (choice null) by a window derived from its values. */
export interface Display {
  range: VoiRange;
  choice: VoiChoice | null;
}

/** What the numbers of a window mean on an image: SUV have no whole steps, with which LINEAR counts (C.11.2.1.2). */
export function windowFunctionOf(slice: Slice | null, display: Display | null): VoiFunction {
  if (display?.choice?.kind === "WINDOW") return display.choice.voiFunction;
  return slice?.frame.pixels.suv?.factor ? "LINEAR_EXACT" : "LINEAR";
}

/** Colour goes to the screen as it is stored. */
export const AS_STORED: VoiRange = { lower: 0, upper: 255 };

export function hasDisplayOfItsOwn(slice: Slice): boolean {
  return SINGLE_PICTURES.has(slice.modality);
}

/**
 * The slice whose display a stack opens with, of the one it opens on and the one on which its rule hangs it: single
 * pictures have their own; slices share one, which must not depend on where the stack was left or where a mark lies.
 */
export function displaySource(slices: Slice[], shownIndex: number, hungIndex: number): number {
  const [shown, hung] = [slices[shownIndex], slices[hungIndex]];
  if (!shown || !hung || shown.isColour || hung.isColour) return shownIndex;
  return hasDisplayOfItsOwn(shown) ? shownIndex : hungIndex;
}

/** What a grey image asks for first; null when it asks for nothing. */
export function namedDisplay(slice: Slice): Display | null {
  const [choice] = slice.frame.displays;
  return choice ? { range: rangeOfChoice(choice), choice } : null;
}

/** Whether an image is shown just so: neither windowed by hand nor another way. */
export function isShownAs(display: Display, range: VoiRange | null): boolean {
  return range !== null && range.lower === display.range.lower && range.upper === display.range.upper;
}

/** Whether the window in force is one derived from the values: not the rule's, a preset or the reader's own. */
export function isDerivedWindow(display: Display | null, range: VoiRange | null): boolean {
  return display !== null && display.choice === null && isShownAs(display, range);
}

/** Back to a display; where the image is shown so already, on to the next one that it names. */
export function nextDisplay(slice: Slice, now: Display, range: VoiRange | null): Display {
  const choices = slice.isColour ? [] : slice.frame.displays;
  if (!isShownAs(now, range) || choices.length < 2) return now;
  const choice = choices[(placeOf(now.choice, choices) + 1) % choices.length];
  return choice ? { range: rangeOfChoice(choice), choice } : now;
}

/** What a display is called, when it is one of several. */
export function nameOfDisplay(slice: Slice, { choice }: Display): string | null {
  if (!choice || slice.frame.displays.length < 2) return null;
  const place = placeOf(choice, slice.frame.displays) + 1;
  return choice.name ?? `${choice.kind === "TABLE" ? "LUT" : "Window"} ${place}`;
}

/** The same display of another slice counts as the same. */
function placeOf(choice: VoiChoice | null, choices: VoiChoice[]): number {
  return choices.findIndex((other) => choice !== null && keyOf(other) === keyOf(choice));
}

function keyOf(choice: VoiChoice): string {
  const { lower, upper } = rangeOfChoice(choice);
  return JSON.stringify([choice.kind, choice.name, lower, upper]);
}
