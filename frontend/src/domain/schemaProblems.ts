/** What is wrong with a label schema before it is sent, and where the server's own words about it belong. */

import { attributeProblem } from "./attributes";
import type { LocatedFindingQuestion, OrdinalQuestion, Question } from "./labelSchema";
import { ORDINAL_STEPS } from "./schemaEditing";

export interface SchemaProblem {
  /** Index of the question, or null for the schema as a whole. */
  index: number | null;
  field: string;
  detail: string;
}

const KEY = /^[a-z][a-z0-9_]{0,39}$/;

export function schemaProblems(questions: Question[]): SchemaProblem[] {
  if (questions.length === 0) {
    return [{ index: null, field: "questions", detail: "Add at least one question." }];
  }
  return questions.flatMap((question, index) =>
    problemsOfQuestion(question, questions).map((problem) => ({ ...problem, index })),
  );
}

type FieldProblem = Omit<SchemaProblem, "index">;

function problemsOfQuestion(question: Question, all: Question[]): FieldProblem[] {
  const problems = [...problemsOfText(question), ...problemsOfKey(question, all)];
  if (question.kind === "ORDINAL") problems.push(...problemsOfOptions(question));
  if (question.kind === "LOCATED_FINDING") problems.push(...problemsOfFinding(question));
  return problems;
}

function problemsOfText(question: Question): FieldProblem[] {
  return question.text.trim() === "" ? [{ field: "text", detail: "Write the question." }] : [];
}

function problemsOfKey(question: Question, all: Question[]): FieldProblem[] {
  if (!KEY.test(question.key)) {
    const detail = "Start with a letter; use lower-case letters, digits and _ only, at most 40.";
    return [{ field: "key", detail }];
  }
  const isTaken = all.filter((other) => other.key === question.key).length > 1;
  return isTaken ? [{ field: "key", detail: "Another question has this column name." }] : [];
}

function problemsOfOptions(question: OrdinalQuestion): FieldProblem[] {
  const options = question.options.map((option) => option.trim());
  if (options.length !== ORDINAL_STEPS || options.includes("")) {
    return [{ field: "options", detail: `Name all ${ORDINAL_STEPS} steps.` }];
  }
  if (new Set(options).size < options.length) {
    return [{ field: "options", detail: "Two steps have the same name." }];
  }
  return [];
}

function problemsOfFinding(question: LocatedFindingQuestion): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (question.tools.length === 0) problems.push({ field: "tools", detail: "Choose at least one tool." });
  if (question.codes.length === 0) problems.push({ field: "codes", detail: "Add at least one code." });
  if (question.codes.some((code) => !code.scheme.trim() || !code.value.trim() || !code.meaning.trim())) {
    problems.push({ field: "codes", detail: "Each code needs a scheme, a value and a meaning." });
  }
  const ofAttributes = attributeProblem(question.attributes ?? []);
  if (ofAttributes) problems.push({ field: "attributes", detail: ofAttributes });
  if (question.maximum_count !== null && question.maximum_count < Math.max(question.minimum_count, 1)) {
    problems.push({ field: "maximum_count", detail: "The most cannot be less than the least, nor 0." });
  }
  return problems;
}

/** The place of a field named by the server, such as `questions[1].options[0]` or `questions.1.text`. */
export function placeOfField(field: string): { index: number | null; field: string } {
  const match = /^questions(?:\[(\d+)\]|\.(\d+))(?:\.([a-z_]+))?/.exec(field);
  if (!match) return { index: null, field };
  return { index: Number(match[1] ?? match[2]), field: match[3] ?? "text" };
}

/** What an analysis will not be able to say with this schema. */
export function analysisGaps(questions: Question[]): string[] {
  const roles = questions.map((question) => ("role" in question ? question.role : null));
  const gaps: string[] = [];
  if (!roles.includes("CALL")) {
    gaps.push("No yes/no question is the readers' decision: no sensitivity or specificity for readers.");
  }
  if (!roles.includes("RATING")) {
    gaps.push("No scale is the readers' rating: no ROC curve or AUC for readers.");
  }
  return gaps;
}
