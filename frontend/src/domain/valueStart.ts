import type { SegmentSettings } from "./segmentTools";

/** What is known of the values on the screen when a tool first asks for a range of them. */
export interface ShownValues {
  /** A series keeps its scale; all CT has one. */
  seriesInstanceUid: string;
  modality: string;
  /** As it is shown; null for colour. */
  window: { center: number; width: number } | null;
}

export type ValueSettings = Pick<SegmentSettings, "range" | "tolerance" | "firstTolerance">;

const HOUNSFIELD: ValueSettings = {
  range: { lowest: -200, highest: 300 },
  tolerance: null,
  firstTolerance: 100,
};

/** Of the window: what looks alike to the eye lies within about a tenth of it. */
const TOLERANCE_SHARE = 0.1;

/** Series with the same scale have the same name. */
export function scaleOf({ modality, seriesInstanceUid }: ShownValues): string {
  return modality === "CT" ? "CT" : seriesInstanceUid;
}

/**
 * Where a range of values begins. Hounsfield units have a common scale; elsewhere (MR, PET, radiographs) the window
 * is all that is known: growing goes by the value under the click, and a range is the brighter half of the window.
 */
export function startOfValues({ modality, window }: ShownValues): ValueSettings {
  if (modality === "CT" || !window) return HOUNSFIELD;
  const { center, width } = window;
  const tolerance = short(width * TOLERANCE_SHARE);
  return {
    range: { lowest: short(center), highest: short(center + width / 2) },
    tolerance,
    firstTolerance: tolerance,
  };
}

/** To two digits: nobody types more, and fractions count in SUV. */
function short(value: number): number {
  return Number(value.toPrecision(2));
}

/** A step that changes something and oversteps nothing: 10 for hundreds, 0.1 for SUV. */
export function stepFor(tolerance: number): number {
  return 10 ** Math.floor(Math.log10(Math.max(tolerance, Number.MIN_VALUE) / 2));
}
