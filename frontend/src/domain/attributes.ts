/** The questions put to each finding: pure steps from one list to the next. */

import type { AnswerQuestion } from "./labelSchema";
import { freeKey, keyFromText, ORDINAL_STEPS, SUSPICION_OPTIONS } from "./schemaEditing";

export type AttributeKind = AnswerQuestion["kind"];

export const MOST_ATTRIBUTES = 20;

const FIRST_TEXT: Record<AttributeKind, string> = {
  BINARY: "Calcified?",
  ORDINAL: "How suspicious is this one?",
  CONFIDENCE: "How much of it is solid (per cent)?",
};

export function withNewAttribute(attributes: AnswerQuestion[], kind: AttributeKind): AnswerQuestion[] {
  const text = FIRST_TEXT[kind];
  const common = { key: keyFor(attributes, text), text, help: "", required: true };
  const added: AnswerQuestion =
    kind === "ORDINAL" ? { ...common, kind, options: [...SUSPICION_OPTIONS] } : { ...common, kind };
  return [...attributes, added];
}

/** The column name follows the text. */
export function withAttributeText(
  attributes: AnswerQuestion[],
  index: number,
  text: string,
): AnswerQuestion[] {
  const others = attributes.filter((_, position) => position !== index);
  return attributes.map((attribute, position) =>
    position === index ? { ...attribute, text, key: keyFor(others, text) } : attribute,
  );
}

function keyFor(others: AnswerQuestion[], text: string): string {
  return freeKey(keyFromText(text), new Set(others.map(({ key }) => key)));
}

/** The first thing that is wrong with the questions about each finding. */
export function attributeProblem(attributes: AnswerQuestion[]): string | null {
  if (attributes.length > MOST_ATTRIBUTES)
    return `Ask at most ${MOST_ATTRIBUTES} questions about each finding.`;
  const faulty = attributes.findIndex(
    (attribute) => attribute.text.trim() === "" || hasBadOptions(attribute),
  );
  if (faulty === -1) return null;
  return attributes[faulty]?.text.trim() === ""
    ? `Write question ${faulty + 1} about each finding.`
    : `Name ${ORDINAL_STEPS} different steps in question ${faulty + 1} about each finding.`;
}

function hasBadOptions(attribute: AnswerQuestion): boolean {
  if (attribute.kind !== "ORDINAL") return false;
  const options = attribute.options.map((option) => option.trim());
  return options.includes("") || new Set(options).size !== ORDINAL_STEPS;
}
