import {
  type AnswerQuestion,
  levelsOf,
  levelText,
  type NumberQuestion,
  type TextQuestion,
} from "./labelSchema";
import type { Answer, CannotAssess } from "./payload";

export const CONFIDENCE_MAXIMUM = 100;
export const LONGEST_REASON = 200;
export const DEFAULT_LONGEST_TEXT = 1000;
export const LARGEST_NUMBER = 1e9;
// Binary fractions: 0.1 + 0.2 is on a grid of 0.1 as far as anybody can type it.
const STEP_TOLERANCE = 1e-6;

export function isCannotAssess(answer: unknown): answer is CannotAssess {
  return typeof answer === "object" && answer !== null && !Array.isArray(answer) && "cannot_assess" in answer;
}

/** Whether an answer is what the question allows; the same rules as annotations/domain/answers.py. */
export function isAdmissible(question: AnswerQuestion, answer: Answer): boolean {
  if (isCannotAssess(answer)) {
    return question.cannot_assess === true && saysSomething(answer.cannot_assess, LONGEST_REASON);
  }
  switch (question.kind) {
    case "BINARY":
      return typeof answer === "boolean";
    case "ORDINAL":
      return isIntegerWithin(answer, 1, question.options.length);
    case "CONFIDENCE":
      return isIntegerWithin(answer, 0, CONFIDENCE_MAXIMUM);
    case "CATEGORICAL":
      return question.options.some(({ value }) => value === answer);
    case "MULTI_SELECT":
      return Array.isArray(answer) && answer.length > 0 && isSame(answer, inOrder(question.options, answer));
    case "NUMBER":
      return typeof answer === "number" && isWithin(question, answer);
    case "DATE":
      return typeof answer === "string" && isDate(answer);
    case "TEXT":
      return typeof answer === "string" && saysSomething(answer, longestText(question));
  }
}

export function longestText(question: TextQuestion): number {
  return question.maximum_length ?? DEFAULT_LONGEST_TEXT;
}

/** The chosen values in the order of the form, so that the same choice is always the same text. */
export function inOrder(options: { value: string }[], chosen: readonly string[]): string[] {
  return options.map(({ value }) => value).filter((value) => chosen.includes(value));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

function saysSomething(text: string, longest: number): boolean {
  return text.trim() !== "" && [...text].length <= longest;
}

function isIntegerWithin(answer: Answer, lowest: number, highest: number): boolean {
  return typeof answer === "number" && Number.isInteger(answer) && answer >= lowest && answer <= highest;
}

export function isWithin({ minimum, maximum, step }: NumberQuestion, answer: number): boolean {
  if (!Number.isFinite(answer) || Math.abs(answer) > LARGEST_NUMBER) return false;
  if (typeof minimum === "number" && answer < minimum) return false;
  if (typeof maximum === "number" && answer > maximum) return false;
  if (typeof step !== "number") return true;
  const steps = (answer - (minimum ?? 0)) / step;
  return Math.abs(steps - Math.round(steps)) <= STEP_TOLERANCE;
}

/** A day of the calendar, as ISO 8601 writes it. */
export function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts || Number(parts[1]) < 1) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** An answer in words, as a list or a table shows it. */
export function answerText(question: AnswerQuestion | undefined, answer: Answer | undefined): string {
  if (answer === undefined) return "–";
  if (isCannotAssess(answer)) return `cannot assess: ${answer.cannot_assess}`;
  if (typeof answer === "boolean") return answer ? "Yes" : "No";
  if (Array.isArray(answer)) return answer.map((value) => choiceText(question, value)).join(", ");
  if (typeof answer === "string") return choiceText(question, answer);
  if (question?.kind === "NUMBER") return `${answer} ${unitText(question)}`.trim();
  const level = question?.kind === "ORDINAL" ? levelsOf(question)[answer - 1] : undefined;
  if (!level) return String(answer);
  return level.value === undefined ? `${answer} ${level.text}` : levelText(level);
}

function choiceText(question: AnswerQuestion | undefined, value: string): string {
  if (question?.kind !== "CATEGORICAL" && question?.kind !== "MULTI_SELECT") return value;
  return question.options.find((option) => option.value === value)?.text ?? value;
}

/** The unit as it stands behind a number; 1 is UCUM for none. */
export function unitText({ unit }: NumberQuestion): string {
  return unit === undefined || unit === "1" ? "" : unit;
}
