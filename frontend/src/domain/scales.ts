import type { Level } from "./labelSchema";
import { SUSPICION_OPTIONS } from "./newQuestions";

export interface OptionScale {
  name: string;
  levels: Level[];
}

const withValues = (...levels: [value: string, text: string][]): Level[] =>
  levels.map(([value, text]) => ({ value, text }));

/** Scales that are in use everywhere; category 0 is no level of any of them, but "cannot assess". */
export const SCALES: OptionScale[] = [
  { name: "Suspicion 1–5", levels: SUSPICION_OPTIONS.map((text) => ({ text })) },
  {
    name: "Likert 1–5",
    levels: ["strongly disagree", "disagree", "neither", "agree", "strongly agree"].map((text) => ({ text })),
  },
  {
    name: "BI-RADS",
    levels: withValues(
      ["1", "Negative"],
      ["2", "Benign"],
      ["3", "Probably benign"],
      ["4A", "Low suspicion of malignancy"],
      ["4B", "Moderate suspicion of malignancy"],
      ["4C", "High suspicion of malignancy"],
      ["5", "Highly suggestive of malignancy"],
    ),
  },
  {
    name: "LI-RADS",
    levels: withValues(
      ["LR-1", "Definitely benign"],
      ["LR-2", "Probably benign"],
      ["LR-3", "Intermediate probability of malignancy"],
      ["LR-4", "Probably hepatocellular carcinoma"],
      ["LR-5", "Definitely hepatocellular carcinoma"],
    ),
  },
  {
    name: "PI-RADS",
    levels: withValues(
      ["1", "Clinically significant cancer is highly unlikely"],
      ["2", "Unlikely"],
      ["3", "Equivocal"],
      ["4", "Likely"],
      ["5", "Highly likely"],
    ),
  },
  {
    name: "Lung-RADS",
    levels: withValues(
      ["1", "Negative"],
      ["2", "Benign"],
      ["3", "Probably benign"],
      ["4A", "Suspicious"],
      ["4B", "Very suspicious"],
      ["4X", "Category 3 or 4 with further features that raise the suspicion"],
    ),
  },
];

/** A level as it is stored: only its text where it has no value and no code. */
export function withoutEmptyParts(level: Level): string | Level {
  const { text, value, code } = level;
  if (!value && !code) return text;
  return { text, ...(value ? { value } : {}), ...(code ? { code } : {}) };
}
