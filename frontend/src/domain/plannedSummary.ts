/** What a planned result answers on one screen, in sentences. Descriptive but for the last question. */
import { isUndefined } from "./analysisResult";
import { type DescribedChange, type Description, subjectOf } from "./description";
import { type PlannedResult, shownText } from "./plannedResult";
import type { Answer } from "./resultSummary";
import { differenceText, outcomeText } from "./resultText";

export function plannedSummary(result: PlannedResult, description: Description): Answer[] {
  return [
    { question: "How good is the AI?", lines: linesOfAi(description) },
    { question: "How good are the readers?", lines: linesOfReaders(description) },
    { question: "Does the AI help?", lines: linesOfChanges(description) },
    { question: "For whom?", lines: linesOfGroups(description) },
    { question: "How sure is this?", lines: linesOfCertainty(result) },
  ];
}

function linesOfAi({ participants }: Description): string[] {
  const lines = participants
    .filter(({ kind }) => kind === "AI")
    .flatMap(({ name, binary, roc }) => [
      `${name}: AUC ${outcomeText(isUndefined(roc) ? roc : roc.estimates.auc)}`,
      ...(isUndefined(binary)
        ? []
        : [
            `sensitivity ${outcomeText(binary.estimates.sensitivity)}`,
            `specificity ${outcomeText(binary.estimates.specificity)}`,
          ]),
    ]);
  return lines.length > 0 ? lines : ["The plan names no AI."];
}

function linesOfReaders({ subjects }: Description): string[] {
  const lines = subjects.flatMap(({ name, readers, means }) =>
    means
      ? [
          `${name} (${readers} ${readers === 1 ? "reader" : "readers"}): mean AUC ${outcomeText(means.auc)}`,
          `sensitivity ${outcomeText(means.sensitivity)}, specificity ${outcomeText(means.specificity)}`,
        ]
      : [],
  );
  return lines.length > 0 ? lines : ["The plan names no readers."];
}

function linesOfChanges(description: Description): string[] {
  const lines = description.changes.flatMap((change) => linesOfChange(description, change));
  return lines.length > 0 ? lines : ["No subject of the plan reads without the AI and another with it."];
}

function linesOfChange(description: Description, { before, after, auc, flow }: DescribedChange): string[] {
  const [from, to] = [before, after].map((key) => subjectOf(description, key)?.name ?? key);
  const lines = [`From ${from} to ${to}: AUC ${differenceText(auc)}`];
  if (isUndefined(flow)) return [...lines, flow.detail];
  const all = flow.counts.find(
    ({ reader, group, ai_right }) => reader === POOLED && group === "all" && ai_right === null,
  );
  if (all) lines.push(`${all.benefit} decisions turned right, ${all.harm} turned wrong`);
  return lines;
}

export const POOLED = "all readers";

function linesOfGroups({ groups }: Description): string[] {
  if (isUndefined(groups)) return [groups.detail];
  return Object.entries(groups.facts).map(([fact, n]) => `By ${fact}: known of ${n} cases, compared below`);
}

function linesOfCertainty({ counts, endpoints, exclusions }: PlannedResult): string[] {
  const tested = endpoints.filter(({ role, hypothesis }) => role === "PRIMARY" && hypothesis !== "ESTIMATE");
  const excluded = exclusions.reduce((sum, exclusion) => sum + exclusion.n, 0);
  return [
    ...tested.map((endpoint) => `Primary endpoint ${endpoint.key}: ${shownText(endpoint)}`),
    `${counts.positives} positive and ${counts.negatives} negative cases, ${counts.reads_signed} of ${counts.reads_assigned} reads signed`,
    excluded === 0 ? "Nothing was excluded" : `${excluded} exclusions, each named below`,
  ];
}
