import type { WindowPreset } from "./preferences";

/** A window by its numbers, or by how many times as wide as the image's own it is. */
export type Preset = { name: string } & ({ center: number; width: number } | { timesImageWidth: number });

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

/** Where the stored values have no common scale, only the image's own window is a start. */
const OF_IMAGE: Preset[] = [
  { name: "As acquired", timesImageWidth: 1 },
  { name: "More contrast", timesImageWidth: 0.5 },
  { name: "Less contrast", timesImageWidth: 2 },
];

/** The windows of a modality, then the person's own; the first nine have a number key. */
export function presetsOf(modality: string, own: WindowPreset[]): Preset[] {
  return [...(modality === "CT" ? CT : OF_IMAGE), ...own.filter((preset) => preset.modality === modality)];
}

/** The window of a preset on an image; null when the image has no window of its own to start from. */
export function windowOfPreset(
  preset: Preset,
  ofImage: { center: number; width: number } | null,
): { center: number; width: number } | null {
  if ("width" in preset) return { center: preset.center, width: preset.width };
  return ofImage && { center: ofImage.center, width: ofImage.width * preset.timesImageWidth };
}
