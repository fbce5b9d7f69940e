import { type AnswerQuestion, type FindingTool, isAnswered, isLocated, type Question } from "./labelSchema";
import type { Answer } from "./payload";

/**
 * Which question a key such as "y" or "3" answers: the focused one if it is of that kind, else the first
 * unanswered one, else the only one there is. With several answered, a key could hit the wrong one: none.
 */
export function questionForKey(
  questions: Question[],
  answers: Record<string, Answer>,
  focusedKey: string | null,
  kind: AnswerQuestion["kind"],
): AnswerQuestion | undefined {
  const candidates = questions.filter(isAnswered).filter((question) => question.kind === kind);
  const focused = candidates.find((question) => question.key === focusedKey);
  const unanswered = candidates.find((question) => answers[question.key] === undefined);
  return focused ?? unanswered ?? (candidates.length === 1 ? candidates[0] : undefined);
}

/** The located-finding question that a new mark belongs to; null makes it a plain measurement. */
export function questionForMark(questions: Question[], kind: FindingTool): string | null {
  return questions.filter(isLocated).find((question) => question.tools.includes(kind))?.key ?? null;
}
