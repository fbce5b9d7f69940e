import { type AnswerQuestion, isLocated, type LocatedFindingQuestion, type Question } from "./labelSchema";
import type { Answer, Finding, ReadPayload } from "./payload";

/** One thing that keeps a read from being signed; `field` is a question's key or a finding's id. */
export interface Gap {
  field: string;
  code:
    | "required"
    | "out_of_range"
    | "code_required"
    | "confidence_required"
    | "too_few"
    | "too_many"
    | "ai_undecided";
  detail: string;
}

export const CONFIDENCE_MAXIMUM = 100;

/** What is missing before signing, in the order of the form. The server checks the same again. */
export function gapsBeforeSigning(questions: Question[], payload: ReadPayload): Gap[] {
  return questions.flatMap((question) =>
    isLocated(question)
      ? gapsOfFindings(question, payload.findings)
      : gapsOfAnswer(question, payload.answers),
  );
}

function gapsOfAnswer(question: AnswerQuestion, answers: Record<string, Answer>): Gap[] {
  const answer = answers[question.key];
  if (answer === undefined) {
    const gap: Gap = { field: question.key, code: "required", detail: `Answer "${question.text}".` };
    return question.required ? [gap] : [];
  }
  if (isAdmissible(question, answer)) return [];
  return [{ field: question.key, code: "out_of_range", detail: `"${question.text}" has no valid answer.` }];
}

/** Whether an answer is of the question's kind and within its range. */
export function isAdmissible(question: AnswerQuestion, answer: Answer): boolean {
  switch (question.kind) {
    case "BINARY":
      return typeof answer === "boolean";
    case "ORDINAL":
      return isIntegerWithin(answer, 1, question.options.length);
    case "CONFIDENCE":
      return isIntegerWithin(answer, 0, CONFIDENCE_MAXIMUM);
  }
}

function isIntegerWithin(answer: Answer, lowest: number, highest: number): boolean {
  return typeof answer === "number" && Number.isInteger(answer) && answer >= lowest && answer <= highest;
}

function gapsOfFindings(question: LocatedFindingQuestion, findings: Finding[]): Gap[] {
  const own = findings.filter((finding) => finding.question === question.key);
  return [
    ...gapsOfCount(question, own.length),
    ...own.flatMap((finding) => gapsOfFinding(finding, question.attributes ?? [])),
  ];
}

function gapsOfCount(question: LocatedFindingQuestion, count: number): Gap[] {
  const fewest = Math.max(question.minimum_count, question.required ? 1 : 0);
  if (count < fewest) {
    return [{ field: question.key, code: "too_few", detail: `"${question.text}" needs at least ${fewest}.` }];
  }
  if (question.maximum_count !== null && count > question.maximum_count) {
    const detail = `"${question.text}" takes at most ${question.maximum_count}, there are ${count}.`;
    return [{ field: question.key, code: "too_many", detail }];
  }
  return [];
}

function gapsOfFinding(finding: Finding, attributes: AnswerQuestion[]): Gap[] {
  const gaps: Gap[] = [];
  if (finding.code === null)
    gaps.push({ field: finding.id, code: "code_required", detail: "Choose a code." });
  if (finding.confidence === null) {
    gaps.push({ field: finding.id, code: "confidence_required", detail: "Give a confidence." });
  }
  const ofAttributes = attributes.flatMap((attribute) => gapsOfAnswer(attribute, finding.answers));
  return [...gaps, ...ofAttributes.map((gap) => ({ ...gap, field: finding.id }))];
}
