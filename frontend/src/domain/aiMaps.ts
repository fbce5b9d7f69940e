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

export interface AiMaps {
  options: { value: MapChoice; text: string }[];
  /** Null while none is chosen: nobody is shown an explanation unasked. */
  chosen: MapChoice | null;
}

export const METHOD_NAMES: Record<ExplanationMethod, string> = {
  GRAD_CAM: "Grad-CAM",
  INTEGRATED_GRADIENTS: "Integrated gradients",
};
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
    text: mapText(all, value),
  }));
  const chosen = wanted ?? "HEAT_MAP";
  return { options, chosen: options.some(({ value }) => value === chosen) ? chosen : null };
}

function mapText(all: readonly Mapped[], choice: MapChoice): string {
  if (choice === "HEAT_MAP") return "Heat map of the model";
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
