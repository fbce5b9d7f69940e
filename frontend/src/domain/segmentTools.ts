/** What the mouse does to a segment. */
export const SEGMENT_TOOLS = [
  "BRUSH",
  "ERASER",
  "THRESHOLD",
  "RECTANGLE",
  "CIRCLE",
  "FREEHAND",
  "GROW",
] as const;
export type SegmentTool = (typeof SEGMENT_TOOLS)[number];

/** Values, both ends included, in the image's own unit. */
export interface ValueRange {
  lowest: number;
  highest: number;
}

/** Whichever end was typed first. */
export function orderedRange({ lowest, highest }: ValueRange): ValueRange {
  return { lowest: Math.min(lowest, highest), highest: Math.max(lowest, highest) };
}

/** How the tools are set; one setting for all segments of a read. */
export interface SegmentSettings {
  radius_mm: number;
  /** Of the range and the tolerance; `raw` where the images name none. */
  unit: string;
  range: ValueRange;
  /** Scissors take away instead of adding. */
  isCutting: boolean;
  /** Region growing takes what is near the value under the click, instead of the range. */
  tolerance: number | null;
  /** The tolerance to begin with, where it is chosen. */
  firstTolerance: number;
}

export const FIRST_SETTINGS: SegmentSettings = {
  radius_mm: 5,
  unit: "HU",
  range: { lowest: -200, highest: 300 },
  isCutting: false,
  tolerance: null,
  firstTolerance: 100,
};

/** Brush radii to step through: finer where they are small. */
const RADII_MM = [0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50];

export function steppedRadius(radius_mm: number, step: 1 | -1): number {
  const others =
    step > 0
      ? RADII_MM.filter((radius) => radius > radius_mm)
      : RADII_MM.filter((radius) => radius < radius_mm);
  return (step > 0 ? others[0] : others.at(-1)) ?? radius_mm;
}

/** A unit in words, for the numbers that the reader types and reads. */
export function valueUnitText(unit: string): string {
  return unit === "raw" ? "stored values" : unit;
}

/** What region growing looks for, from the value where it starts. */
export function growthRange(settings: SegmentSettings, seedValue: number): ValueRange {
  if (settings.tolerance === null) return settings.range;
  return { lowest: seedValue - settings.tolerance, highest: seedValue + settings.tolerance };
}

export type Colour = readonly [red: number, green: number, blue: number];

/** A colour as CSS writes it, in numbers. */
export function colourNumbers(css: string): Colour {
  const [red = 255, green = 255, blue = 255] = (css.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** How much of the image a segment covers; 0 leaves its outline. */
export const OPACITIES: readonly number[] = [0.35, 0.7, 0];

export function nextOpacity(opacity: number): number {
  const at = OPACITIES.indexOf(opacity);
  return OPACITIES[(at + 1) % OPACITIES.length] ?? 0;
}
