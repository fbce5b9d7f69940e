import type { SegmentSettings } from "./segmentTools";

/** What is known of the values on the screen when a tool first asks for a range of them. */
export interface ShownValues {
  /** A series keeps its scale; all CT has one. */
  seriesInstanceUid: string;
  modality: string;
  /** As the image names it; `raw` where it names none. */
  unit: string;
  /** As it is shown; null for colour. */
  window: { center: number; width: number } | null;
}

export type ValueSettings = Pick<SegmentSettings, "unit" | "range" | "tolerance" | "firstTolerance">;

const HOUNSFIELD: ValueSettings = {
  unit: "HU",
  range: { lowest: -200, highest: 300 },
  tolerance: null,
  firstTolerance: 100,
};

/** Of the window: what looks alike to the eye lies within about a tenth of it. */
const TOLERANCE_SHARE = 0.1;

/** Series with the same scale have the same name. */
export function scaleOf(shown: ShownValues): string {
  return isHounsfield(shown) ? HOUNSFIELD_SCALE : shown.seriesInstanceUid;
}

/** The scale that the tools begin with. */
export const HOUNSFIELD_SCALE = "HU";

/** A CT without a rescale has stored values, and no number of Hounsfield units means anything on it. */
function isHounsfield({ modality, unit }: ShownValues): boolean {
  return modality === "CT" && unit === "HU";
}

/**
 * Where a range of values begins. Hounsfield units have a common scale; elsewhere (MR, PET, radiographs,
 * a CT without a rescale) the window is all that is known: growing goes by the value under the click, and a range is the brighter half of the window.
 */
export function startOfValues(shown: ShownValues): ValueSettings {
  const { unit, window } = shown;
  if (isHounsfield(shown)) return HOUNSFIELD;
  if (!window) return { ...HOUNSFIELD, unit };
  const { center, width } = window;
  const tolerance = short(width * TOLERANCE_SHARE);
  return {
    unit,
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
