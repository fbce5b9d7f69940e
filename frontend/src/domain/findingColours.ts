/** Colours of the reader's findings, in turn; none is the AI's orange or the yellow of what is selected. */
export const FINDING_COLOURS = [
  "rgb(77, 195, 255)",
  "rgb(120, 230, 150)",
  "rgb(244, 140, 220)",
  "rgb(170, 160, 255)",
  "rgb(64, 224, 208)",
  "rgb(255, 150, 150)",
] as const;

/** The colour of a finding, on the images and in the list. */
export function findingColour(index: number): string {
  return FINDING_COLOURS[index % FINDING_COLOURS.length] ?? FINDING_COLOURS[0];
}
