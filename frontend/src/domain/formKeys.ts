import { inOrder } from "./answers";
import { type AnswerQuestion, type FindingTool, isAnswered, isLocated, type Question } from "./labelSchema";
import type { Answer } from "./payload";

/** What a key says: yes or no, or the number of a choice, from 1. */
export type KeyAnswer = boolean | number;

type Answers = Readonly<Record<string, Answer>>;

const YES_NO: ReadonlySet<AnswerQuestion["kind"]> = new Set(["BINARY"]);
const NUMBERED: ReadonlySet<AnswerQuestion["kind"]> = new Set(["ORDINAL", "CATEGORICAL", "MULTI_SELECT"]);

/**
 * Which question a key such as "y" or "3" answers: the focused one if the key fits it, else the first unanswered
 * one, else the only one there is. With several answered, a key could hit the wrong one: none. Of several choices
 * one key makes no whole answer: such a question has to have the focus.
 */
export function questionForKey(
  questions: readonly Question[],
  answers: Answers,
  focusedKey: string | null,
  said: KeyAnswer,
): AnswerQuestion | undefined {
  const kinds = typeof said === "boolean" ? YES_NO : NUMBERED;
  const fitting = questions.filter(isAnswered).filter(({ kind }) => kinds.has(kind));
  const focused = fitting.find(({ key }) => key === focusedKey);
  const candidates = fitting.filter(({ kind }) => kind !== "MULTI_SELECT");
  const unanswered = candidates.find(({ key }) => answers[key] === undefined);
  return focused ?? unanswered ?? (candidates.length === 1 ? candidates[0] : undefined);
}

/** The answer that a key gives to a question; undefined where it has no such choice. */
export function answerOfKey(
  question: AnswerQuestion,
  before: Answer | undefined,
  said: KeyAnswer,
): Answer | null | undefined {
  if (typeof said === "boolean") return said;
  if (question.kind === "ORDINAL") return said <= question.options.length ? said : undefined;
  if (question.kind !== "CATEGORICAL" && question.kind !== "MULTI_SELECT") return undefined;
  const value = question.options[said - 1]?.value;
  if (value === undefined || question.kind === "CATEGORICAL") return value;
  return toggled(question.options, before, value);
}

/** Several choices with one more, or one less; null when none is left. */
export function toggled(
  options: { value: string }[],
  before: Answer | undefined,
  value: string,
): string[] | null {
  const chosen = Array.isArray(before) ? before : [];
  const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
  return next.length === 0 ? null : inOrder(options, next);
}

/** The located-finding question that a new mark belongs to; null makes it a plain measurement. */
export function questionForMark(questions: readonly Question[], kind: FindingTool): string | null {
  return questions.filter(isLocated).find((question) => question.tools.includes(kind))?.key ?? null;
}
