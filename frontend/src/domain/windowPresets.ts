import type { WindowPreset } from "./preferences";

/** A window by its numbers, by its two ends, or by how many times as wide as the image's own it is. */
export type Preset = { name: string } & (
  | { center: number; width: number }
  | { lower: number; upper: number }
  | { timesImageWidth: number }
);

/** In Hounsfield units; the usual windows of PACS and textbooks, the most used first. */
const CT: Preset[] = [
  { name: "Soft tissue", center: 40, width: 400 },
  { name: "Lung", center: -600, width: 1500 },
  { name: "Bone", center: 480, width: 2500 },
  { name: "Brain", center: 40, width: 80 },
  { name: "Liver", center: 90, width: 150 },
  { name: "Mediastinum", center: 50, width: 350 },
  { name: "Angiography", center: 300, width: 600 },
  { name: "Subdural", center: 75, width: 200 },
  { name: "Stroke", center: 35, width: 35 },
];

/** Of PET whose standardized uptake values are known: from none to as much as PACS offer for FDG, and for PSMA. */
const SUV: Preset[] = [5, 7, 10, 15].map((upper) => ({ name: `SUV 0–${upper}`, lower: 0, upper }));

/** Where the stored values have no common scale, only the image's own window is a start. */
const OF_IMAGE: Preset[] = [
  { name: "As acquired", timesImageWidth: 1 },
  { name: "More contrast", timesImageWidth: 0.5 },
  { name: "Less contrast", timesImageWidth: 2 },
];

/** The windows of a modality (of PET by whether its SUV are known), then the person's own; the first nine have a number key. */
export function presetsOf(modality: string, own: WindowPreset[], hasSuv: boolean): Preset[] {
  const usual = modality === "CT" ? CT : modality === "PT" && hasSuv ? [...SUV, ...OF_IMAGE] : OF_IMAGE;
  return [...usual, ...own.filter((preset) => preset.modality === modality)];
}

/** The numbers of a preset, as they stand beside its name. */
export function presetText(preset: Preset): string {
  if ("width" in preset) return `${preset.width} / ${preset.center}`;
  return "upper" in preset ? "" : `width × ${preset.timesImageWidth}`;
}
