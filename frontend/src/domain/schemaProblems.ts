/** What is wrong with a label schema before it is sent, and where the server's own words about it belong. */

import { MOST_ATTRIBUTES } from "./attributes";
import { comparableBefore, operatorOf, operatorsOf, partsOf, valuesOf } from "./conditionEditing";
import {
  type Choice,
  type Comparison,
  type Condition,
  type Level,
  type LocatedFindingQuestion,
  levelsOf,
  type NumberQuestion,
  type Question,
  type TextQuestion,
} from "./labelSchema";

export interface SchemaProblem {
  /** Index of the question, or null for the schema as a whole. */
  index: number | null;
  /** The field; of a question about each finding `attributes[2].text`. */
  field: string;
  detail: string;
}

export const [FEWEST_LEVELS, MOST_LEVELS, MOST_CHOICES] = [2, 11, 50];
export const LONGEST_TEXT_ANSWER = 5000;
export const MOST_REASONS = 10;
const KEY = /^[a-z][a-z0-9_]{0,39}$/;
const VALUE = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$/;
const UNIT = /^[!-~]{1,40}$/;

export function schemaProblems(questions: Question[]): SchemaProblem[] {
  if (!questions.some(({ kind }) => kind !== "SECTION")) {
    return [{ index: null, field: "questions", detail: "Add at least one question." }];
  }
  return questions.flatMap((_, index) =>
    problemsOfQuestion(questions, index).map((problem) => ({ ...problem, index })),
  );
}

export type FieldProblem = Omit<SchemaProblem, "index">;

function problemsOfQuestion(all: Question[], index: number): FieldProblem[] {
  const question = all[index];
  if (!question) return [];
  return [
    ...problemsOfText(question),
    ...problemsOfKey(question, all),
    ...problemsOfKind(question),
    ...problemsOfReasons(question),
    ...problemsOfCondition(question, all, index),
  ];
}

function problemsOfText(question: Question): FieldProblem[] {
  const detail = question.kind === "SECTION" ? "Name the section." : "Write the question.";
  return question.text.trim() === "" ? [{ field: "text", detail }] : [];
}

function problemsOfKey(question: Question, all: Question[]): FieldProblem[] {
  if (!KEY.test(question.key)) {
    const detail = "Start with a letter; use lower-case letters, digits and _ only, at most 40.";
    return [{ field: "key", detail }];
  }
  const isTaken = all.filter((other) => other.key === question.key).length > 1;
  return isTaken ? [{ field: "key", detail: "Another question has this column name." }] : [];
}

function problemsOfKind(question: Question): FieldProblem[] {
  switch (question.kind) {
    case "ORDINAL":
      return problemsOfOptions(levelsOf(question), FEWEST_LEVELS, MOST_LEVELS, false);
    case "CATEGORICAL":
      return problemsOfOptions(question.options, 2, MOST_CHOICES, true);
    case "MULTI_SELECT":
      return problemsOfOptions(question.options, 1, MOST_CHOICES, true);
    case "NUMBER":
      return problemsOfNumber(question);
    case "TEXT":
      return problemsOfLength(question);
    case "LOCATED_FINDING":
      return problemsOfFinding(question);
    default:
      return [];
  }
}

function problemsOfOptions(
  options: (Level | Choice)[],
  fewest: number,
  most: number,
  needsValues: boolean,
): FieldProblem[] {
  const fault = (detail: string): FieldProblem[] => [{ field: "options", detail }];
  if (options.length < fewest || options.length > most) return fault(`Give ${fewest} to ${most} of them.`);
  const texts = options.map(({ text }) => text.trim());
  if (texts.includes("")) return fault("Name each of them.");
  if (new Set(texts).size < texts.length) return fault("Two have the same name.");
  const values = options.flatMap(({ value }) => (value === undefined && !needsValues ? [] : [value ?? ""]));
  if (values.some((value) => !VALUE.test(value))) {
    return fault("A value has letters, digits and . _ + - only, and starts with a letter or a digit.");
  }
  if (new Set(values).size < values.length) return fault("Two have the same value.");
  const isHalfCoded = options.some(({ code }) => code && !isWhole(code));
  return isHalfCoded ? fault("A code needs a scheme, a value and a meaning.") : [];
}

function isWhole({ scheme, value, meaning }: { scheme: string; value: string; meaning: string }): boolean {
  return [scheme, value, meaning].every((part) => part.trim() !== "");
}

function problemsOfNumber({ unit = "1", minimum, maximum, step, role }: NumberQuestion): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!UNIT.test(unit))
    problems.push({ field: "unit", detail: "UCUM without blanks, such as mm, mL or HU; 1 for none." });
  if (typeof minimum === "number" && typeof maximum === "number" && maximum <= minimum) {
    problems.push({ field: "maximum", detail: "The maximum is above the minimum." });
  }
  if (role === "RATING" && !(typeof minimum === "number" && typeof maximum === "number")) {
    problems.push({ field: "minimum", detail: "A number that is the rating has a minimum and a maximum." });
  }
  if (typeof step === "number" && step <= 0) problems.push({ field: "step", detail: "Above 0." });
  return problems;
}

function problemsOfLength({ maximum_length = 1000 }: TextQuestion): FieldProblem[] {
  const isFine = Number.isInteger(maximum_length) && maximum_length >= 1;
  return isFine && maximum_length <= LONGEST_TEXT_ANSWER
    ? []
    : [{ field: "maximum_length", detail: `1 to ${LONGEST_TEXT_ANSWER} characters.` }];
}

function problemsOfFinding(question: LocatedFindingQuestion): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (question.tools.length === 0) problems.push({ field: "tools", detail: "Choose at least one tool." });
  if (question.codes.length === 0) problems.push({ field: "codes", detail: "Add at least one code." });
  if (!question.codes.every(isWhole)) {
    problems.push({ field: "codes", detail: "Each code needs a scheme, a value and a meaning." });
  }
  const [low, high] = [question.minimum_count ?? 0, question.maximum_count ?? null];
  if (high !== null && high < Math.max(low, 1)) {
    problems.push({ field: "maximum_count", detail: "The most cannot be less than the least, nor 0." });
  }
  return [...problems, ...problemsOfAttributes(question.attributes ?? [])];
}

function problemsOfAttributes(attributes: Question[]): FieldProblem[] {
  if (attributes.length > MOST_ATTRIBUTES) {
    return [{ field: "attributes", detail: `Ask at most ${MOST_ATTRIBUTES} questions about each finding.` }];
  }
  return attributes.flatMap((attribute, index) => {
    const found = problemsOfQuestion(attributes, index).map(({ field, detail }) => ({
      field: `attributes[${index}].${field}`,
      detail,
    }));
    const isMisplaced = attribute.kind === "LOCATED_FINDING" || attribute.kind === "SECTION";
    const detail = "A question about a finding is answered.";
    return isMisplaced ? [{ field: `attributes[${index}].kind`, detail }] : found;
  });
}

function problemsOfReasons(question: Question): FieldProblem[] {
  if (question.kind === "SECTION") return [];
  const reasons = (question.cannot_assess_reasons ?? []).map((reason) => reason.trim());
  const isFine = !reasons.includes("") && new Set(reasons).size === reasons.length;
  return isFine && reasons.length <= MOST_REASONS
    ? []
    : [{ field: "cannot_assess_reasons", detail: `At most ${MOST_REASONS} different reasons, none empty.` }];
}

function problemsOfCondition(question: Question, all: Question[], index: number): FieldProblem[] {
  if (!question.show_if) return [];
  const detail = conditionFault(question.show_if, comparableBefore(all, index), all);
  return detail === null ? [] : [{ field: "show_if", detail }];
}

function conditionFault(condition: Condition, above: Question[], all: Question[]): string | null {
  if ("all" in condition || "any" in condition) {
    const { parts } = partsOf(condition);
    if (parts.length === 0) return "A group of conditions needs at least one.";
    return parts.map((part) => conditionFault(part, above, all)).find((fault) => fault !== null) ?? null;
  }
  return comparisonFault(condition, above, all);
}

function comparisonFault(comparison: Comparison, above: Question[], all: Question[]): string | null {
  const question = above.find(({ key }) => key === comparison.question);
  if (!question) {
    const named = all.find(({ key }) => key === comparison.question);
    return named
      ? `“${named.text}” cannot be looked at: it does not stand above this question, or has no comparable answer.`
      : `There is no question ${comparison.question} above this one.`;
  }
  if (!operatorsOf(question).includes(operatorOf(comparison))) return "The comparison does not fit.";
  return isComparable(comparison, question) ? null : `“${question.text}” has no such answer.`;
}

function isComparable(comparison: Comparison, question: Question): boolean {
  if ("at_least" in comparison && question.kind === "LOCATED_FINDING") return comparison.at_least >= 1;
  const values = valuesOf(question)?.map(({ value }) => value);
  const given =
    "at_least" in comparison ? [comparison.at_least] : "in" in comparison ? comparison.in : [comparison.is];
  if (given.length === 0) return false;
  return given.every((value) => (values ? values.includes(value) : typeof value === "number"));
}

/** The place of a field named by the server, such as `questions[1].options[0]` or `questions.1.text`. */
export function placeOfField(field: string): { index: number | null; field: string } {
  const match = /^questions(?:\[(\d+)\]|\.(\d+))(?:\.(attributes\[\d+\]\.[a-z_]+|[a-z_]+))?/.exec(field);
  if (!match) return { index: null, field };
  return { index: Number(match[1] ?? match[2]), field: match[3] ?? "text" };
}

/** What an analysis will not be able to say with this schema. */
export function analysisGaps(questions: Question[]): string[] {
  const gaps: string[] = [];
  const call = questions.find((question) => "role" in question && question.role === "CALL");
  const rating = questions.find((question) => "role" in question && question.role === "RATING");
  if (!call) {
    gaps.push("No yes/no question is the readers' decision: no sensitivity or specificity for readers.");
  }
  if (!rating) {
    gaps.push("No scale is the readers' rating: no ROC curve or AUC for readers.");
  }
  for (const question of [call, rating]) {
    if (question && isLeftOutSometimes(question, questions)) {
      gaps.push(`“${question.text}” is asked under a condition: reads without it are left out, and counted.`);
    }
  }
  return gaps;
}

function isLeftOutSometimes(question: Question, questions: Question[]): boolean {
  const above = questions.slice(0, questions.indexOf(question));
  const section = above.findLast(({ kind }) => kind === "SECTION");
  return Boolean(question.show_if || section?.show_if);
}
