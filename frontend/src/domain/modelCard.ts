/** The model card of an AI model version, as `portal/inference/schemas/model-card-1.schema.json` has it. */

import { quantityName } from "./quantityText";

export interface Range {
  minimum: number;
  maximum: number;
}

export type Orientation = "AXIAL" | "CORONAL" | "SAGITTAL";
export type OutputKind = "CASE_PROBABILITY" | "FINDINGS" | "HEAT_MAP";

export interface InputSpecification {
  modality: string;
  body_parts: string[];
  views: string[];
  orientation: Orientation | null;
  pixel_spacing_mm: Range | null;
  slice_spacing_mm: Range | null;
  minimum_slices: number;
  minimum_coverage_mm: number | null;
  window: { low: number; high: number } | null;
  /** Spacing along slices, rows and columns that the portal resamples to before a version that it runs. */
  grid_mm?: [number, number, number] | null;
  /** What becomes of a case whose pixels look as if text were burned in; WARN where left out. */
  burned_in_text?: "WARN" | "REFUSE";
  /** How what the version is given may be changed without changing what it should say; not at all where left out. */
  augmentations?: Augmentations;
}

export type Axis = "SLICES" | "ROWS" | "COLUMNS";

export interface Augmentations {
  flips: Axis[];
  maximum_shift_voxels: number;
}

export interface CardOutput {
  key: string;
  name: string;
  kind: OutputKind;
  code: { scheme: string; value: string; meaning: string };
}

export interface OperatingPoint {
  key: string;
  name: string;
  threshold: number;
}

export interface ModelCard {
  card_version: 1;
  input: InputSpecification;
  outputs: CardOutput[];
  operating_points: OperatingPoint[];
  intended_use: string;
  training_data: string;
  licence: string;
  limitations?: string;
  /** Which quantities of its segments are measured; all where left out. */
  measurements?: string[];
}

export const OUTPUT_KINDS: Record<OutputKind, string> = {
  CASE_PROBABILITY: "probability of the case",
  FINDINGS: "located findings",
  HEAT_MAP: "heat map",
};

/** What a new card begins as: it asks for nothing but a modality. */
export const blankCard = (): ModelCard => ({
  card_version: 1,
  input: {
    modality: "CT",
    body_parts: [],
    views: [],
    orientation: null,
    pixel_spacing_mm: null,
    slice_spacing_mm: null,
    minimum_slices: 1,
    minimum_coverage_mm: null,
    window: null,
  },
  outputs: [blankOutput(1)],
  operating_points: [{ key: "point_1", name: "Default", threshold: 0.5 }],
  intended_use: "",
  training_data: "",
  licence: "",
  limitations: "",
});

export const blankOutput = (number: number): CardOutput => ({
  key: `output_${number}`,
  name: "",
  kind: "CASE_PROBABILITY",
  code: { scheme: "RADLEX", value: "", meaning: "" },
});

/** The first key of a row that no other row has. */
export function freeKey(stem: string, taken: string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

const rangeText = (range: Range | null) => (range ? `${range.minimum} to ${range.maximum} mm` : "any");
const listText = (words: string[]) => (words.length > 0 ? words.join(", ") : "any");

/** "flips along columns, shifts of up to 1 voxel". */
export function augmentationsText({ flips, maximum_shift_voxels: shift }: Augmentations): string {
  const flipped = flips.length > 0 ? [`flips along ${flips.join(", ").toLowerCase()}`] : [];
  const shifted = shift > 0 ? [`shifts of up to ${shift} ${shift === 1 ? "voxel" : "voxels"}`] : [];
  return [...flipped, ...shifted].join(", ");
}

/** In how many different ways the augmentations show a case, as it is included. */
export const waysOf = ({ flips, maximum_shift_voxels: shift }: Augmentations): number =>
  2 ** flips.length * (2 * shift + 1) ** 3;

/** What a card says, line by line, in words. */
export function cardLines(card: ModelCard): [name: string, value: string][] {
  const { input } = card;
  return [
    ["Intended use", card.intended_use],
    ["Limitations", card.limitations || "not given"],
    ["Training data", card.training_data],
    ["Licence", card.licence],
    ["Modality", input.modality],
    ["Body part", listText(input.body_parts)],
    ["View", listText(input.views)],
    ["Orientation", input.orientation?.toLowerCase() ?? "any"],
    ["Pixel spacing", rangeText(input.pixel_spacing_mm)],
    ["Slice spacing", rangeText(input.slice_spacing_mm)],
    ["Slices", `at least ${input.minimum_slices}`],
    ["Coverage", input.minimum_coverage_mm === null ? "any" : `at least ${input.minimum_coverage_mm} mm`],
    ...(input.grid_mm
      ? [["Grid", `${input.grid_mm.join(" x ")} mm (slice, row, column)`] as [string, string]]
      : []),
    ["Window", input.window ? `${input.window.low} to ${input.window.high}` : "the whole range"],
    ["Text in the pixels", input.burned_in_text === "REFUSE" ? "a suspicion refuses" : "a suspicion warns"],
    ...(input.augmentations
      ? [["Augmentations", augmentationsText(input.augmentations)] as [string, string]]
      : []),
    ["Measured of segments", card.measurements?.map(quantityName).join(", ") ?? "everything"],
    ...card.outputs.map((output): [string, string] => [
      "Output",
      `${output.name}: ${OUTPUT_KINDS[output.kind]}; ${output.code.scheme} ${output.code.value} (${output.code.meaning})`,
    ]),
    ...card.operating_points.map((point, index): [string, string] => [
      "Operating point",
      `${point.name}: from ${point.threshold}${index === 0 ? " (in force)" : ""}`,
    ]),
  ];
}
