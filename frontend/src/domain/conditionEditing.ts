/** Building a condition: what can be compared, and pure steps from one condition to the next. */

import {
  type ComparedValue,
  type Comparison,
  type Condition,
  levelsOf,
  levelText,
  type Question,
} from "./labelSchema";

export type Operator = "is" | "in" | "at_least";

/** Which comparison fits which kind of question; as annotations/domain/conditions.py has it. */
const OPERATORS: Partial<Record<Question["kind"], Operator[]>> = {
  BINARY: ["is"],
  ORDINAL: ["at_least", "is", "in"],
  CONFIDENCE: ["at_least", "is", "in"],
  NUMBER: ["at_least", "is", "in"],
  CATEGORICAL: ["is", "in"],
  MULTI_SELECT: ["is", "in"],
  LOCATED_FINDING: ["at_least"],
};

export function operatorsOf(question: Question): Operator[] {
  return OPERATORS[question.kind] ?? [];
}

/** The questions that a condition of the question at `index` may look at. */
export function comparableBefore(questions: readonly Question[], index: number): Question[] {
  return questions.slice(0, index).filter((question) => operatorsOf(question).length > 0);
}

/** What there is to choose from; null where a number is typed. */
export function valuesOf(question: Question): { value: ComparedValue; text: string }[] | null {
  switch (question.kind) {
    case "BINARY":
      return [
        { value: true, text: "yes" },
        { value: false, text: "no" },
      ];
    case "ORDINAL":
      return levelsOf(question).map((level, index) => ({ value: index + 1, text: levelText(level) }));
    case "CATEGORICAL":
    case "MULTI_SELECT":
      return question.options.map(({ value, text }) => ({ value, text }));
    default:
      return null;
  }
}

/** A first comparison with a question. */
export function comparisonWith(question: Question, operator = operatorsOf(question)[0]): Comparison {
  const first = valuesOf(question)?.[0]?.value ?? 1;
  if (operator === "at_least") {
    const start = question.kind === "ORDINAL" ? question.options.length : 1;
    return { question: question.key, at_least: start };
  }
  return operator === "in" ? { question: question.key, in: [first] } : { question: question.key, is: first };
}

export function operatorOf(comparison: Comparison): Operator {
  if ("at_least" in comparison) return "at_least";
  return "in" in comparison ? "in" : "is";
}

/** All conditions of a group, or the one that stands alone. */
export function partsOf(condition: Condition): { join: "all" | "any"; parts: Condition[] } {
  if ("all" in condition) return { join: "all", parts: condition.all };
  if ("any" in condition) return { join: "any", parts: condition.any };
  return { join: "all", parts: [condition] };
}

/** Conditions joined; one alone needs no group, none is no condition. */
export function joined(join: "all" | "any", parts: Condition[]): Condition | null {
  const [first] = parts;
  if (first === undefined) return null;
  if (parts.length === 1) return first;
  return join === "all" ? { all: parts } : { any: parts };
}

/** A condition as one line. */
export function conditionText(condition: Condition, questions: readonly Question[]): string {
  if ("all" in condition || "any" in condition) {
    const { join, parts } = partsOf(condition);
    const texts = parts.map((part) => {
      const text = conditionText(part, questions);
      return "all" in part || "any" in part ? `(${text})` : text;
    });
    return texts.join(join === "all" ? " and " : " or ");
  }
  const question = questions.find(({ key }) => key === condition.question);
  return `“${question?.text ?? condition.question}” ${comparisonText(condition, question)}`;
}

function comparisonText(comparison: Comparison, question: Question | undefined): string {
  const name = (value: ComparedValue) =>
    (question && valuesOf(question)?.find((one) => one.value === value)?.text) ?? String(value);
  if ("at_least" in comparison) {
    const unit = question?.kind === "LOCATED_FINDING" ? " marked" : "";
    return `is at least ${name(comparison.at_least)}${unit}`;
  }
  return "in" in comparison ? `is ${comparison.in.map(name).join(" or ")}` : `is ${name(comparison.is)}`;
}

/** The question with its condition about a question that has another key now. */
export function withKeyRenamed<T extends Question>(question: T, was: string, now: string): T {
  const { show_if } = question;
  if (!show_if || !namesKey(show_if, was)) return question;
  return { ...question, show_if: renamed(show_if, was, now) };
}

function namesKey(condition: Condition, key: string): boolean {
  if ("question" in condition) return condition.question === key;
  return partsOf(condition).parts.some((part) => namesKey(part, key));
}

function renamed(condition: Condition, was: string, now: string): Condition {
  if ("all" in condition) return { all: condition.all.map((part) => renamed(part, was, now)) };
  if ("any" in condition) return { any: condition.any.map((part) => renamed(part, was, now)) };
  return condition.question === was ? { ...condition, question: now } : condition;
}
