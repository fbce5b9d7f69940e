import { heatStep } from "./heatMap";

/** How strongly what the AI says covers the images, 0 to 1: its heat map, and the lines of its marks. */
export interface Strengths {
  heat: number;
  marks: number;
}

/** The strengths now, and those to come back to once nothing is shown. */
export interface OverlayState {
  now: Strengths;
  shown: Strengths;
}

/** What the prediction has to show. */
export type Overlaid = Record<keyof Strengths, boolean>;

const FIRST: Strengths = { heat: 0.4, marks: 1 };
export const FIRST_OVERLAYS: OverlayState = { now: FIRST, shown: FIRST };

export function withStrengths({ shown }: OverlayState, now: Strengths, has: Overlaid): OverlayState {
  return { now, shown: isOff(now, has) ? shown : now };
}

/** Both stronger or weaker by a step. */
export function stepped(state: OverlayState, by: 1 | -1, has: Overlaid): OverlayState {
  const { heat, marks } = state.now;
  return withStrengths(state, { heat: heatStep(heat, by), marks: heatStep(marks, by) }, has);
}

/** Everything off, or back as it was. */
export function toggled(state: OverlayState, has: Overlaid): OverlayState {
  return { ...state, now: isOff(state.now, has) ? state.shown : { heat: 0, marks: 0 } };
}

function isOff({ heat, marks }: Strengths, has: Overlaid): boolean {
  return (!has.heat || heat === 0) && (!has.marks || marks === 0);
}
