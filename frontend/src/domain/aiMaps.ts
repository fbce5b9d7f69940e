import type { HeatGrid } from "./heatMap";

/** How it is worked out where a score comes from. */
export type ExplanationMethod = "GRAD_CAM" | "INTEGRATED_GRADIENTS";

/** A map of where a score comes from, on a grid of its own. */
export interface AiExplanation extends HeatGrid {
  id: string;
  method: ExplanationMethod;
  output_name: string;
}

/** Which map covers the images: the one that the model gives, or one of where its score comes from. */
export type MapChoice = "HEAT_MAP" | ExplanationMethod;

/** What one imaging study has maps of. */
export interface Mapped {
  heat_map: HeatGrid | null;
  explanations: AiExplanation[];
}

/** A map to choose by its key: by what it is, or by the id of one explanation where there are several of a method. */
export interface MapOption<Key extends string = MapChoice> {
  value: Key;
  kind: MapChoice;
  text: string;
}

export interface AiMaps<Key extends string = MapChoice> {
  options: MapOption<Key>[];
  /** Null while none is chosen: no reader is shown an explanation unasked. */
  chosen: Key | null;
}

/** What an explanation was worked out with. */
export interface ExplanationParameters {
  layer?: string;
  steps?: number;
  baseline_hu?: number;
}

type Named = Pick<AiExplanation, "id" | "method" | "output_name"> & { parameters: ExplanationParameters };

export const METHOD_NAMES: Record<ExplanationMethod, string> = {
  GRAD_CAM: "Grad-CAM",
  INTEGRATED_GRADIENTS: "Integrated gradients",
};
const OWN_MAP = "Heat map of the model";
const CHOICES: readonly MapChoice[] = ["HEAT_MAP", "GRAD_CAM", "INTEGRATED_GRADIENTS"];

export function mapOf({ heat_map, explanations }: Mapped, choice: MapChoice | null): HeatGrid | null {
  return choice === "HEAT_MAP" ? heat_map : explanationOf(explanations, choice);
}

export function explanationOf(
  explanations: readonly AiExplanation[],
  choice: MapChoice | null,
): AiExplanation | null {
  return explanations.find(({ method }) => method === choice) ?? null;
}

/** The maps that there are on any of the imaging studies; without a wish the heat map, if there is one. */
export function mapsOf(all: readonly Mapped[], wanted: MapChoice | null): AiMaps {
  const options = CHOICES.filter((choice) => all.some((one) => mapOf(one, choice) !== null)).map((value) => ({
    value,
    kind: value,
    text: mapText(all, value),
  }));
  const chosen = wanted ?? "HEAT_MAP";
  return { options, chosen: options.some(({ value }) => value === chosen) ? chosen : null };
}

/** "layer features.8", "50 steps from −1000 HU". */
export function parametersText({ layer, steps, baseline_hu }: ExplanationParameters): string {
  if (layer) return `layer ${layer}`;
  return `${steps} steps from ${String(baseline_hu).replace("-", "−")} HU`;
}

/**
 * The maps of one prediction, each explanation (newest first) on its own; without a wish the model's own map, else the
 * newest explanation: who opens this page asks for a map.
 */
export function mapsOfPrediction(
  { heat_map, explanations }: { heat_map: HeatGrid | null; explanations: readonly Named[] },
  wanted: string | null,
): AiMaps<string> {
  const own: MapOption<string>[] = heat_map ? [{ value: "HEAT_MAP", kind: "HEAT_MAP", text: OWN_MAP }] : [];
  const texts = explanations.map(
    ({ method, output_name, parameters }) =>
      `${METHOD_NAMES[method]} of ${output_name}, ${parametersText(parameters)}`,
  );
  const explained = explanations.map(({ id, method }, index) => {
    const text = texts[index] ?? "";
    const newer = texts.slice(0, index).filter((one) => one === text).length;
    return { value: id, kind: method, text: newer === 0 ? text : `${text} (older, ${newer + 1})` };
  });
  const options = [...own, ...explained];
  const isThere = options.some(({ value }) => value === wanted);
  return { options, chosen: isThere ? wanted : (options[0]?.value ?? null) };
}

function mapText(all: readonly Mapped[], choice: MapChoice): string {
  if (choice === "HEAT_MAP") return OWN_MAP;
  const found = all
    .map(({ explanations }) => explanationOf(explanations, choice))
    .find((one) => one !== null);
  return `${METHOD_NAMES[choice]} of ${found?.output_name ?? "the score"}`;
}

/** What a map is not, for whoever takes it for what the model says; nothing to add to the model's own. */
export function mapCaution(choice: MapChoice | null): string | null {
  if (choice === null || choice === "HEAT_MAP") return null;
  const what =
    choice === "GRAD_CAM"
      ? "where a layer of the model raised this score"
      : "how much each place moved this score, up or down";
  return `Worked out afterwards: ${what}. Not what the model was trained to say, and no outline of a finding.`;
}
