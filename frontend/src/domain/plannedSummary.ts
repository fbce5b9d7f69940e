/** What a planned result answers on one screen: the plan's endpoints, and described beside them what is none. */
import { type Estimate, isUndefined, type Outcome } from "./analysisResult";
import { type DescribedChange, type Description, subjectOf } from "./description";
import {
  aimText,
  type EndpointResult,
  figureName,
  methodName,
  type PlannedResult,
  shownText,
} from "./plannedResult";
import type { Answer, AnswerLine } from "./resultSummary";
import { differenceText, methodText, outcomeText, percentText, pText } from "./resultText";

type Measure = "auc" | "sensitivity" | "specificity";

const MEASURES: { measure: Measure; figure: string; title: string }[] = [
  { measure: "auc", figure: "AUC", title: "AUC" },
  { measure: "sensitivity", figure: "SENSITIVITY", title: "Sensitivity" },
  { measure: "specificity", figure: "SPECIFICITY", title: "Specificity" },
];

export function plannedSummary(result: PlannedResult, description: Description): Answer[] {
  return [
    { question: "How good is the AI?", lines: linesOfAi(result, description) },
    { question: "How good are the readers?", lines: linesOfReaders(result, description) },
    { question: "Does the AI help?", lines: linesOfHelp(result, description) },
    { question: "For whom?", lines: linesOfGroups(description) },
    { question: "How sure is this?", lines: linesOfCertainty(result) },
  ];
}

/** Every endpoint is in one card: where two subjects are compared by what they are. */
function cardOf({ of, against }: EndpointResult, description: Description): "AI" | "READERS" | "HELP" {
  const keys = [of.subject, against && "subject" in against ? against.subject : null];
  const kinds = keys.map((key) => key && subjectOf(description, key)?.kind);
  if (kinds.includes("AI")) return "AI";
  const isChange = description.changes.some(
    ({ before, after }) => keys.includes(before) && keys.includes(after),
  );
  return isChange ? "HELP" : "READERS";
}

/** The endpoints of a card that compare, each with its difference and what became of its hypothesis. */
function comparisons(result: PlannedResult, description: Description, card: "AI" | "READERS" | "HELP") {
  return result.endpoints
    .filter((endpoint) => endpoint.difference !== null && cardOf(endpoint, description) === card)
    .map((endpoint) => comparisonLine(endpoint, description));
}

function comparisonLine(endpoint: EndpointResult, description: Description): AnswerLine {
  const { of, against, difference, figure } = endpoint;
  const other = against && ("subject" in against ? nameOf(description, against.subject) : against.value);
  const title = MEASURES.find((one) => one.figure === figure)?.title ?? figureName(endpoint);
  return {
    text: `${title}, ${nameOf(description, of.subject)} − ${other}: ${difference ? differenceText(difference) : ""}`,
    about: [endpointText(endpoint), difference && intervalText(difference), testText(endpoint)]
      .filter(Boolean)
      .join(" · "),
    verdict: verdictText(endpoint),
  };
}

const nameOf = (description: Description, key: string) => subjectOf(description, key)?.name ?? key;

const endpointText = (endpoint: EndpointResult) =>
  `${endpoint.role.toLowerCase()} endpoint ${endpoint.key}, ${methodName(endpoint)}`;

/** Which interval stands there; nothing of a number that has none, which says so itself. */
function intervalText(outcome: Outcome): string {
  return hasInterval(outcome) ? `${percentText(outcome.level)} interval` : "";
}

/** Of what is described the interval's own method too: no endpoint names it. */
function describedText(outcome: Outcome): string {
  const interval = intervalText(outcome);
  return interval && !isUndefined(outcome)
    ? `described · ${interval}: ${methodText(outcome.method)}`
    : "described";
}

function testText({ test, p_adjusted }: EndpointResult): string {
  if (!test) return "";
  const decides = p_adjusted === null || isUndefined(test) ? test : { ...test, p: p_adjusted };
  const isCorrected = p_adjusted !== null && !isUndefined(test) && p_adjusted !== test.p;
  const text = pText(decides);
  const isNumber = /^\d/.test(text);
  return `p ${isNumber ? `= ${text}` : text}${isCorrected ? ", corrected" : ""}`;
}

/** "not demonstrated: is not worse (margin 0.05, alpha 0.025)"; empty where nothing was to be demonstrated. */
function verdictText(endpoint: EndpointResult): string {
  const shown = shownText(endpoint);
  return shown && `${shown}: ${aimText(endpoint)}`;
}

/**
 * The figures of a subject, those that only an endpoint has (as of marks) before the usual ones: of an endpoint, a primary one first, where one has answered. Where that is undefined, what
 * is described stands beside it; where it has no interval, as of an AI among readers, the described one that has.
 */
function subjectLines(
  result: PlannedResult,
  subject: string,
  prefix: string,
  described: Partial<Record<Measure, Outcome>>,
): AnswerLine[] {
  const others = result.endpoints.filter(({ figure }) => !MEASURES.some((one) => one.figure === figure));
  const titles = new Map(others.map((endpoint) => [endpoint.figure, figureName(endpoint)]));
  return [
    ...[...titles].flatMap(([figure, title]) =>
      linesOf(`${prefix}${title}`, answerAbout(result, subject, figure), null),
    ),
    ...MEASURES.flatMap(({ measure, figure, title }) =>
      linesOf(`${prefix}${title}`, answerAbout(result, subject, figure), notAnswered(described[measure])),
    ),
  ];
}

function answerAbout(result: PlannedResult, subject: string, figure: string): Answered | null {
  const answers = answersAbout(result, subject, figure);
  return answers.find(({ outcome }) => hasInterval(outcome)) ?? answers[0] ?? null;
}

/** What is described unless it is an endpoint's number itself. */
function notAnswered(found: Outcome | undefined): Outcome | null {
  return found && !("endpoint" in found && found.endpoint) ? found : null;
}

function linesOf(title: string, answered: Answered | null, own: Outcome | null): AnswerLine[] {
  const described = own && { text: `${title} ${outcomeText(own)}`, about: describedText(own) };
  if (!answered) return described ? [described] : [];
  const ofEndpoint = {
    text: `${title} ${outcomeText(answered.outcome)}`,
    about: [endpointText(answered.endpoint), intervalText(answered.outcome)].filter(Boolean).join(" · "),
  };
  if (!own || !described) return [ofEndpoint];
  if (isUndefined(answered.outcome)) return [ofEndpoint, described];
  const isBarer = !hasInterval(answered.outcome) && hasInterval(own);
  return [isBarer ? described : ofEndpoint];
}

interface Answered {
  endpoint: EndpointResult;
  outcome: Outcome;
}

function answersAbout({ endpoints }: PlannedResult, subject: string, figure: string): Answered[] {
  const ordered = [...endpoints].sort((a, b) => Number(b.role === "PRIMARY") - Number(a.role === "PRIMARY"));
  return ordered
    .filter((endpoint) => endpoint.figure === figure)
    .flatMap((endpoint) => {
      const sides = [
        endpoint.of,
        endpoint.against && "subject" in endpoint.against ? endpoint.against : null,
      ];
      const side = sides.find((one) => one?.subject === subject);
      return side?.outcome ? [{ endpoint, outcome: side.outcome }] : [];
    });
}

const hasInterval = (outcome: Outcome): outcome is Estimate => !isUndefined(outcome) && outcome.low !== null;

function linesOfAi(result: PlannedResult, description: Description): AnswerLine[] {
  const own = description.participants
    .filter(({ kind }) => kind === "AI")
    .flatMap(({ subject, name, binary, roc }) =>
      subjectLines(result, subject, `${name}: `, {
        auc: isUndefined(roc) ? roc : roc.estimates.auc,
        ...(!isUndefined(binary) && {
          sensitivity: binary.estimates.sensitivity,
          specificity: binary.estimates.specificity,
        }),
      }),
    );
  return own.length > 0
    ? [...own, ...comparisons(result, description, "AI")]
    : [{ text: "The plan names no AI." }];
}

function linesOfReaders(result: PlannedResult, description: Description): AnswerLine[] {
  const lines = description.subjects.flatMap(({ key, name, readers, means }) =>
    means
      ? subjectLines(
          result,
          key,
          `${name}, mean of ${readers} ${readers === 1 ? "reader" : "readers"}: `,
          means,
        )
      : [],
  );
  return lines.length > 0
    ? [...lines, ...comparisons(result, description, "READERS")]
    : [{ text: "The plan names no readers." }];
}

function linesOfHelp(result: PlannedResult, description: Description): AnswerLine[] {
  if (description.changes.length === 0) {
    return [{ text: "No subject of the plan reads without the AI and another with it." }];
  }
  const planned = comparisons(result, description, "HELP");
  return [...planned, ...description.changes.flatMap((change) => linesOfChange(result, description, change))];
}

function linesOfChange(
  { endpoints }: PlannedResult,
  description: Description,
  change: DescribedChange,
): AnswerLine[] {
  const { before, after, auc, flow } = change;
  const pair = `${nameOf(description, after)} − ${nameOf(description, before)}`;
  const isPlanned = endpoints.some(({ figure, of, against }) => {
    const keys = [of.subject, against && "subject" in against ? against.subject : null];
    return figure === "AUC" && keys.includes(before) && keys.includes(after);
  });
  const lines: AnswerLine[] = isPlanned
    ? []
    : [{ text: `AUC, ${pair}: ${differenceText(auc)}`, about: describedText(auc) }];
  if (isUndefined(flow)) return [...lines, { text: `${pair}: ${flow.detail}`, about: "described" }];
  const all = flow.counts.find(
    ({ reader, group, ai_right }) => reader === POOLED && group === "all" && ai_right === null,
  );
  if (!all) return lines;
  const text = `${pair}: ${all.benefit} decisions turned right, ${all.harm} turned wrong`;
  return [...lines, { text, about: "described" }];
}

export const POOLED = "all readers";

function linesOfGroups({ groups }: Description): AnswerLine[] {
  if (isUndefined(groups)) return [{ text: groups.detail }];
  return Object.entries(groups.facts).map(([fact, n]) => ({
    text: `By ${fact}: known of ${n} cases, compared below`,
    about: "described",
  }));
}

function linesOfCertainty({ counts, endpoints, exclusions }: PlannedResult): AnswerLine[] {
  const tested = endpoints.filter(({ role, hypothesis }) => role === "PRIMARY" && hypothesis !== "ESTIMATE");
  const excluded = exclusions.reduce((sum, exclusion) => sum + exclusion.n, 0);
  return [
    ...tested.map((endpoint) => ({
      text: `Primary endpoint ${endpoint.key}: ${shownText(endpoint)}`,
      about: testText(endpoint),
    })),
    {
      text: `${counts.positives} positive and ${counts.negatives} negative cases, ${counts.reads_signed} of ${counts.reads_assigned} reads signed`,
    },
    { text: excluded === 0 ? "Nothing was excluded" : `${excluded} exclusions, each named below` },
  ];
}
