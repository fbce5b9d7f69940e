/** Which questions a read's answers leave on the form; the same rules as annotations/domain/conditions.py. */

import { isCannotAssess } from "./answers";
import type { ComparedValue, Comparison, Condition, Question } from "./labelSchema";
import type { Answer, Finding } from "./payload";

type Answers = Readonly<Record<string, Answer>>;
/** What a condition can look at: answers that are asked for and given, and numbers of findings. */
type Values = Map<string, ComparedValue | string[]>;

export function holds(condition: Condition, values: Values): boolean {
  if ("all" in condition) return condition.all.every((part) => holds(part, values));
  if ("any" in condition) return condition.any.some((part) => holds(part, values));
  const value = values.get(condition.question);
  return value !== undefined && compares(condition, value);
}

function compares(comparison: Comparison, value: ComparedValue | string[]): boolean {
  if ("at_least" in comparison) return typeof value === "number" && value >= comparison.at_least;
  const wanted = "in" in comparison ? comparison.in : [comparison.is];
  const given: ComparedValue[] = Array.isArray(value) ? value : [value];
  return given.some((one) => wanted.includes(one));
}

/** The keys of the questions and sections on the form. */
export function askedKeys(
  questions: readonly Question[],
  answers: Answers,
  counts: Readonly<Record<string, number>> = {},
): Set<string> {
  const asked = new Set<string>();
  const values: Values = new Map();
  let isSectionAsked = true;
  for (const question of questions) {
    const isMet = !question.show_if || holds(question.show_if, values);
    if (question.kind === "SECTION") isSectionAsked = isMet;
    if (!isMet || !isSectionAsked) continue;
    asked.add(question.key);
    const answer = answers[question.key];
    if (question.kind === "LOCATED_FINDING") values.set(question.key, counts[question.key] ?? 0);
    else if (answer !== undefined && answer !== null && !isCannotAssess(answer))
      values.set(question.key, answer);
  }
  return asked;
}

/** How many findings each located-finding question has. */
export function countsOfFindings(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { question } of findings) {
    if (question !== null) counts[question] = (counts[question] ?? 0) + 1;
  }
  return counts;
}

interface ReadContent {
  answers: Answers;
  findings: readonly Finding[];
}

export function askedOf(questions: readonly Question[], { answers, findings }: ReadContent): Set<string> {
  return askedKeys(questions, answers, countsOfFindings(findings));
}

/** The questions that are on the form of a read. */
export function askedQuestions(questions: readonly Question[], read: ReadContent): Question[] {
  const asked = askedOf(questions, read);
  return questions.filter(({ key }) => asked.has(key));
}
