/** The questions put to each finding: pure steps from one list to the next. */

import { withKeyRenamed } from "./conditionEditing";
import type { AnswerQuestion } from "./labelSchema";
import { type AnswerKind, FIRST_ATTRIBUTE_TEXT, newAnswerQuestion } from "./newQuestions";
import { freeKey, keyFromText } from "./schemaEditing";

export const MOST_ATTRIBUTES = 20;

export function withNewAttribute(attributes: AnswerQuestion[], kind: AnswerKind): AnswerQuestion[] {
  const text = FIRST_ATTRIBUTE_TEXT[kind];
  return [...attributes, { ...newAnswerQuestion(kind, text), key: keyFor(attributes, text) }];
}

/** The column name follows the text, and the conditions of the others follow the column name. */
export function withAttributeText(
  attributes: AnswerQuestion[],
  index: number,
  text: string,
): AnswerQuestion[] {
  const others = attributes.filter((_, position) => position !== index);
  const was = attributes[index]?.key ?? "";
  const now = keyFor(others, text);
  return attributes.map((attribute, position) =>
    position === index ? { ...attribute, text, key: now } : withKeyRenamed(attribute, was, now),
  );
}

function keyFor(others: AnswerQuestion[], text: string): string {
  return freeKey(keyFromText(text), new Set(others.map(({ key }) => key)));
}
