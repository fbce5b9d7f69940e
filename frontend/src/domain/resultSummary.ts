/** The answers a reader of the results looks for first, in sentences. */

import {
  type AnalysisResult,
  aucOutcome,
  binaryOutcome,
  type Comparison,
  type Estimate,
  isUndefined,
  type Outcome,
  type Participant,
} from "./analysisResult";
import { decimal, outcomeText } from "./resultText";

/** One sentence of an answer; of an endpoint also which one, by which method, and what became of its hypothesis. */
export interface AnswerLine {
  text: string;
  about?: string;
  verdict?: string;
}

export interface Answer {
  question: string;
  lines: (string | AnswerLine)[];
}

type Measured = { name: string; of: (participant: Participant) => Outcome };

const HEADLINES: Measured[] = [
  { name: "Sensitivity", of: (participant) => binaryOutcome(participant, "sensitivity") },
  { name: "Specificity", of: (participant) => binaryOutcome(participant, "specificity") },
  { name: "AUC", of: aucOutcome },
];

export function summary(result: AnalysisResult): Answer[] {
  const ai = result.participants.find((participant) => participant.kind === "AI");
  const readers = result.participants.filter((participant) => participant.kind === "READER");
  const answers = ai ? [{ question: `How good is the AI (${ai.name})?`, lines: linesOfOne(ai) }] : [];
  answers.push({ question: "How good are the readers?", lines: linesOfReaders(readers) });
  if (ai) {
    const lines =
      result.comparisons.length > 0 ? linesOfDifference(result.comparisons) : ["No reader to compare."];
    answers.push({ question: "Is there a difference?", lines });
  }
  answers.push({ question: "How sure is this?", lines: linesOfCertainty(result) });
  return answers;
}

function linesOfOne(participant: Participant): string[] {
  return HEADLINES.map(({ name, of }) => `${name} ${outcomeText(of(participant))}`);
}

function linesOfReaders(readers: Participant[]): string[] {
  if (readers.length === 0) return ["No reader has signed a read."];
  const [only] = readers;
  if (only && readers.length === 1) return linesOfOne(only);
  return HEADLINES.map(({ name, of }) => `${name} ${rangeText(readers.map(of))}`);
}

function rangeText(outcomes: Outcome[]): string {
  const values = outcomes
    .filter((outcome): outcome is Estimate => !isUndefined(outcome))
    .map(({ value }) => value);
  if (values.length === 0) return "not defined for any reader";
  const [lowest, highest] = [decimal(Math.min(...values)), decimal(Math.max(...values))];
  const range = lowest === highest ? lowest : `${lowest} to ${highest}`;
  const missing = outcomes.length - values.length;
  const across = `across ${values.length} reader${values.length === 1 ? "" : "s"}`;
  return missing === 0 ? `${range} ${across}` : `${range} ${across}, not defined for ${missing}`;
}

const PARTS = ["sensitivity", "specificity", "auc"] as const;
const PART_NAMES = { sensitivity: "Sensitivity", specificity: "Specificity", auc: "AUC" };

function linesOfDifference(comparisons: Comparison[]): string[] {
  return PARTS.map((part) => {
    const sides = comparisons.map((comparison) => side(comparison[part]));
    const higher = sides.filter((found) => found === "higher").length;
    const lower = sides.filter((found) => found === "lower").length;
    const unclear = sides.filter((found) => found === "unclear").length;
    const undefinedCount = sides.length - higher - lower - unclear;
    const texts = [
      higher > 0 && `AI higher than ${higher}`,
      lower > 0 && `AI lower than ${lower}`,
      unclear > 0 && `no clear difference from ${unclear}`,
      undefinedCount > 0 && `not defined against ${undefinedCount}`,
    ].filter(Boolean);
    return `${PART_NAMES[part]}: ${texts.join(", ")} of ${sides.length} reader${sides.length === 1 ? "" : "s"}`;
  });
}

type Side = "higher" | "lower" | "unclear" | "undefined";

/** On which side of zero the whole interval of the difference AI − reader lies. */
function side(block: Comparison["auc"] | Comparison["sensitivity"]): Side {
  if (isUndefined(block) || isUndefined(block.difference)) return "undefined";
  const { low, high } = block.difference;
  if (low === null || high === null) return "undefined";
  if (low > 0) return "higher";
  return high < 0 ? "lower" : "unclear";
}

function linesOfCertainty(result: AnalysisResult): string[] {
  const { counts } = result;
  const excluded = result.exclusions.reduce((sum, exclusion) => sum + exclusion.n, 0);
  return [
    `${counts.positives} positive and ${counts.negatives} negative cases, ${counts.reads_signed} of ${counts.reads_assigned} reads signed`,
    excluded === 0
      ? "Nothing was excluded"
      : `${excluded} exclusion${excluded === 1 ? "" : "s"}, each named below`,
    ...result.notes,
  ];
}
