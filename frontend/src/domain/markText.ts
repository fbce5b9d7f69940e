import { CALIBRATION_SUFFIX } from "./calibrations";
import { type FindingTool, type MarkKind, SEGMENT } from "./labelSchema";
import { markKindRow } from "./markKinds";
import { sizesOf } from "./measurements";
import {
  type Geometry,
  isSegment,
  type Mark,
  type Measurements,
  type SegmentGeometry,
  type Sizes,
  type Values,
} from "./payload";
import { largestArea_mm2 } from "./segmentStatistics";
import type { Segment } from "./segments";

/** Units of a mark's sizes: millimetres, or pixels where the image has no spacing, named as such. */
type LengthUnit = "mm" | "px";

const oneDigit = (value: number | undefined) => (value ?? 0).toFixed(1);

type Lines = (sizes: Sizes, unit: LengthUnit) => string[];

const inside: Lines = ({ area_mm2 }, unit) => [`${oneDigit(area_mm2)} ${unit}²`];
const none: Lines = () => [];
/** Pixels may be longer than wide, so without spacing there is no angle either. */
const angle: Lines = ({ angle_deg }, unit) =>
  unit === "mm" ? [`${oneDigit(angle_deg)}°`] : ["no spacing: no angle"];

const contour: Lines = (sizes, unit) => [
  ...inside(sizes, unit),
  `perimeter ${oneDigit(sizes.perimeter_mm)} ${unit}`,
];

const LINES_OF_KIND: Record<MarkKind, Lines> = {
  POINT: none,
  PROBE: none,
  ARROW: none,
  LENGTH: ({ length_mm }, unit) => [`${oneDigit(length_mm)} ${unit}`],
  BIDIRECTIONAL: ({ long_axis_mm, short_axis_mm }, unit) => [
    `long ${oneDigit(long_axis_mm)} ${unit}`,
    `short ${oneDigit(short_axis_mm)} ${unit}`,
  ],
  ANGLE: angle,
  COBB: angle,
  RECTANGLE: ({ width_mm, height_mm, ...sizes }, unit) => [
    `${oneDigit(width_mm)} × ${oneDigit(height_mm)} ${unit}`,
    ...inside(sizes, unit),
  ],
  ELLIPSE: ({ width_mm, height_mm, ...sizes }, unit) => [
    `${oneDigit(width_mm)} × ${oneDigit(height_mm)} ${unit}`,
    ...inside(sizes, unit),
  ],
  CIRCLE: ({ diameter_mm, ...sizes }, unit) => [`Ø ${oneDigit(diameter_mm)} ${unit}`, ...inside(sizes, unit)],
  FREEHAND: contour,
  LIVEWIRE: contour,
  SPLINE: contour,
  BOX: ({ width_mm, height_mm, depth_mm, volume_mm3 }) => [
    `${oneDigit(width_mm)} × ${oneDigit(height_mm)} × ${oneDigit(depth_mm)} mm`,
    volumeText(volume_mm3 ?? 0),
  ],
};

/** In millilitres, boxes, contours and segments alike: whoever compares them need not convert. */
export function volumeText(volume_mm3: number): string {
  return millilitres(volume_mm3 / 1000);
}

function millilitres(volume_ml: number): string {
  return `${volume_ml.toFixed(volume_ml < 10 ? 3 : 1)} ml`;
}

/** The sizes as the geometry's points say them, and what a millimetre of its image means. */
export function sizeLines(geometry: Geometry): string[] {
  const lines = LINES_OF_KIND[geometry.kind];
  const sizes = sizesOf(geometry);
  const isMeasured = geometry.points_mm !== null || geometry.spacing_mm !== undefined;
  const suffix = geometry.calibration ? CALIBRATION_SUFFIX[geometry.calibration] : "";
  // Magnification makes no angle wider.
  const withMeaning = (line: string) => (line.endsWith("°") ? line : line + suffix);
  if (isMeasured) return lines(sizes, "mm").map(withMeaning);
  return lines(sizesOf({ ...geometry, spacing_mm: [1, 1] }), "px");
}

/** Pixel values: whole Hounsfield units, and two digits of values that are small and fractional. */
export function valueLines(values: Values): string[] {
  const { value, mean, sd, min, max, unit } = values;
  if (unit === undefined) return [];
  const suffix = unit === "raw" ? "" : ` ${unit}`;
  const text = (number: number, digits = digitsFor(number, unit)) => number.toFixed(digits);
  if (value !== undefined) return [text(value) + suffix];
  if (mean === undefined || sd === undefined || min === undefined || max === undefined) return [];
  const digits = digitsFor(mean, unit);
  return [
    `mean ${text(mean, digits)} ± ${text(sd, digits)}${suffix}`,
    `${text(min)} to ${text(max)}${suffix}`,
  ];
}

function digitsFor(value: number, unit: string): number {
  return unit === "HU" || Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
}

/** A mark in one line of the list: of the pixel values the mean or the value alone. */
export function markSummary(mark: Mark): string {
  const { geometry, measurements, text } = mark;
  const parts = [
    toolText(geometry.kind),
    text,
    ...(isSegment(geometry) ? segmentLines(geometry, measurements) : sizeLines(geometry)),
    ...valueLines(valuesOf(measurements)).slice(0, 1),
  ];
  return parts.filter(Boolean).join(" · ");
}

function valuesOf({ value, mean, sd, min, max, unit }: Measurements): Values {
  return { value, mean, sd, min, max, unit };
}

/** What a finding can be marked with, in words. */
export function toolText(tool: FindingTool): string {
  return tool === SEGMENT ? "Segment" : markKindRow(tool).text;
}

/** The same within a sentence: a name keeps its capital ("Cobb angle"), and so does "3D". */
export function toolWord(tool: FindingTool): string {
  const text = toolText(tool);
  return text.startsWith("Cobb") ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** Everything that is measured of a segment, in one line. */
export function segmentStatistics(
  { geometry, measurements }: Mark & { geometry: SegmentGeometry },
  voxels: Segment | undefined,
): string {
  const slices = [...(voxels?.slices.values() ?? [])].map(({ counts }) => counts);
  const area_mm2 = largestArea_mm2(slices, geometry.spacing_mm);
  return [
    ...segmentLines(geometry, measurements),
    area_mm2 !== null && `largest slice ${oneDigit(area_mm2)} mm²`,
    ...valueLines(valuesOf(measurements)).slice(0, 1),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The size of a segment: without a regular volume there are voxels only. */
export function segmentLines({ voxel_count }: SegmentGeometry, sizes: Measurements): string[] {
  const { volume_ml, long_axis_mm } = sizes;
  if (volume_ml === undefined) return [`${voxel_count} voxels, no regular volume: no ml`];
  return [millilitres(volume_ml), `long axis ${oneDigit(long_axis_mm)} mm`];
}
