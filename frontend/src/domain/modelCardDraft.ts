import {
  type Axis,
  blankCard,
  type CardOutput,
  type ModelCard,
  type OperatingPoint,
  type Orientation,
} from "./modelCard";

type Amount = number | "";

/** A card while it is typed: what is left empty asks for nothing. */
export interface CardDraft {
  modality: string;
  body_parts: string[];
  views: string[];
  orientation: Orientation | "";
  pixel_low: Amount;
  pixel_high: Amount;
  slice_low: Amount;
  slice_high: Amount;
  minimum_slices: Amount;
  coverage: Amount;
  grid_slice: Amount;
  grid_row: Amount;
  grid_column: Amount;
  window_low: Amount;
  window_high: Amount;
  outputs: CardOutput[];
  operating_points: OperatingPoint[];
  intended_use: string;
  training_data: string;
  licence: string;
  limitations: string;
  refuses_text: boolean;
  /** Axes along which what the version is given may be reversed; and by how many voxels it may be moved. */
  flips: Axis[];
  shift: Amount;
  /** None: all. */
  measurements: string[];
}

const PAIRS = ["pixel", "slice", "window"] as const;

/** Where the server's word for a part of the card is a field of the draft. */
const FIELD_OF: Record<string, string> = {
  "input.modality": "modality",
  "input.body_parts": "body_parts",
  "input.views": "views",
  "input.orientation": "orientation",
  "input.pixel_spacing_mm": "pixel_low",
  "input.slice_spacing_mm": "slice_low",
  "input.minimum_slices": "minimum_slices",
  "input.minimum_coverage_mm": "coverage",
  "input.window": "window_low",
  "input.grid_mm": "grid_slice",
  "input.burned_in_text": "refuses_text",
  "input.augmentations.maximum_shift_voxels": "shift",
  "input.augmentations": "flips",
};

/** The draft of a card: of the version that is edited as a new one, or of none. */
export function draftOf(card: ModelCard = blankCard()): CardDraft {
  const { input } = card;
  return {
    modality: input.modality,
    body_parts: input.body_parts,
    views: input.views,
    orientation: input.orientation ?? "",
    pixel_low: input.pixel_spacing_mm?.minimum ?? "",
    pixel_high: input.pixel_spacing_mm?.maximum ?? "",
    slice_low: input.slice_spacing_mm?.minimum ?? "",
    slice_high: input.slice_spacing_mm?.maximum ?? "",
    minimum_slices: input.minimum_slices,
    coverage: input.minimum_coverage_mm ?? "",
    grid_slice: input.grid_mm?.[0] ?? "",
    grid_row: input.grid_mm?.[1] ?? "",
    grid_column: input.grid_mm?.[2] ?? "",
    window_low: input.window?.low ?? "",
    window_high: input.window?.high ?? "",
    outputs: card.outputs,
    operating_points: card.operating_points,
    intended_use: card.intended_use,
    training_data: card.training_data,
    licence: card.licence,
    limitations: card.limitations ?? "",
    refuses_text: input.burned_in_text === "REFUSE",
    flips: input.augmentations?.flips ?? [],
    shift: input.augmentations?.maximum_shift_voxels ?? "",
    measurements: card.measurements ?? [],
  };
}

/** The card that a draft without faults says. */
export function cardOf(draft: CardDraft): ModelCard {
  const range = (low: Amount, high: Amount) =>
    low === "" || high === "" ? null : { minimum: low, maximum: high };
  const { grid_slice, grid_row, grid_column } = draft;
  const shift = draft.shift === "" ? 0 : draft.shift;
  const hasGrid = grid_slice !== "" && grid_row !== "" && grid_column !== "";
  return {
    card_version: 1,
    input: {
      modality: draft.modality.trim(),
      body_parts: draft.body_parts,
      views: draft.views,
      orientation: draft.orientation || null,
      pixel_spacing_mm: range(draft.pixel_low, draft.pixel_high),
      slice_spacing_mm: range(draft.slice_low, draft.slice_high),
      minimum_slices: draft.minimum_slices === "" ? 1 : draft.minimum_slices,
      minimum_coverage_mm: draft.coverage === "" ? null : draft.coverage,
      window:
        draft.window_low === "" || draft.window_high === ""
          ? null
          : { low: draft.window_low, high: draft.window_high },
      ...(draft.refuses_text && { burned_in_text: "REFUSE" as const }),
      ...((draft.flips.length > 0 || shift > 0) && {
        augmentations: { flips: draft.flips, maximum_shift_voxels: shift },
      }),
      ...(hasGrid && { grid_mm: [grid_slice, grid_row, grid_column] }),
    },
    outputs: draft.outputs,
    operating_points: draft.operating_points,
    intended_use: draft.intended_use,
    training_data: draft.training_data,
    licence: draft.licence,
    limitations: draft.limitations,
    ...(draft.measurements.length > 0 && { measurements: draft.measurements }),
  };
}

/** What is missing before a draft can be sent, by field; the server says the rest. */
export function draftFaults(draft: CardDraft): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const pair of PAIRS) {
    if ((draft[`${pair}_low`] === "") !== (draft[`${pair}_high`] === "")) {
      faults[`${pair}_low`] = "Give both ends, or neither.";
    }
  }
  const grid = [draft.grid_slice, draft.grid_row, draft.grid_column];
  if (grid.includes("") && grid.some((step) => step !== "")) {
    faults.grid_slice = "Give all three, or none.";
  }
  for (const name of ["intended_use", "training_data", "licence", "modality"] as const) {
    if (draft[name].trim() === "") faults[name] = "A model card says this.";
  }
  return faults;
}

/** The draft's field that a path of the server's (`card.outputs[0].name`) is about. */
export function draftField(path: string): string {
  const inCard = path.replace(/^card\./, "").replace(/\[(\d+)\]/g, ".$1");
  const known = Object.entries(FIELD_OF).find(([name]) => inCard === name || inCard.startsWith(`${name}.`));
  return known?.[1] ?? inCard;
}
