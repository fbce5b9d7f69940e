/** What a question is when it has just been added, by its kind. */

import type { AnswerQuestion, Question } from "./labelSchema";

export type QuestionKind = Question["kind"];
export type AnswerKind = AnswerQuestion["kind"];

export interface KindRow {
  kind: QuestionKind;
  name: string;
}

/** Every kind, as the builder offers it. */
export const KIND_ROWS: KindRow[] = [
  { kind: "BINARY", name: "Yes / no" },
  { kind: "ORDINAL", name: "Scale" },
  { kind: "CONFIDENCE", name: "0–100" },
  { kind: "CATEGORICAL", name: "One of" },
  { kind: "MULTI_SELECT", name: "Several of" },
  { kind: "NUMBER", name: "Number" },
  { kind: "DATE", name: "Date" },
  { kind: "TEXT", name: "Text" },
  { kind: "LOCATED_FINDING", name: "Located finding" },
  { kind: "SECTION", name: "Section" },
];

export function kindName(kind: QuestionKind): string {
  return KIND_ROWS.find((row) => row.kind === kind)?.name ?? kind;
}

/** The kinds that can also be asked about each finding. */
export const ANSWER_KIND_ROWS = KIND_ROWS.filter(
  (row): row is { kind: AnswerKind; name: string } =>
    row.kind !== "LOCATED_FINDING" && row.kind !== "SECTION",
);

export const SUSPICION_OPTIONS = ["definitely not", "probably not", "possibly", "probably", "definitely"];

const TWO_CHOICES = [
  { value: "first", text: "First" },
  { value: "second", text: "Second" },
];

/** A question of a kind, without its key. */
export function newQuestion(kind: QuestionKind): Question {
  if (kind === "SECTION") return { key: "", kind, text: "Section", help: "" };
  if (kind === "LOCATED_FINDING") {
    return {
      key: "",
      text: "Mark each finding",
      help: "",
      required: false,
      kind,
      tools: ["POINT", "LENGTH", "RECTANGLE", "ELLIPSE"],
      codes: [{ scheme: "SCT", value: "52988006", meaning: "Lesion" }],
      minimum_count: 0,
      maximum_count: null,
    };
  }
  return newAnswerQuestion(kind, FIRST_TEXT[kind]);
}

const FIRST_TEXT: Record<AnswerKind, string> = {
  BINARY: "Finding present?",
  ORDINAL: "How suspicious is it?",
  CONFIDENCE: "How sure are you that the finding is present?",
  CATEGORICAL: "Which of these?",
  MULTI_SELECT: "What do you see?",
  NUMBER: "How large is it?",
  DATE: "Since when?",
  TEXT: "Comment",
};

export const FIRST_ATTRIBUTE_TEXT: Record<AnswerKind, string> = {
  ...FIRST_TEXT,
  BINARY: "Calcified?",
  ORDINAL: "How suspicious is this one?",
  CONFIDENCE: "How much of it is solid (per cent)?",
};

export function newAnswerQuestion(kind: AnswerKind, text: string): AnswerQuestion {
  const common = { key: "", text, help: "", required: kind !== "TEXT" };
  switch (kind) {
    case "ORDINAL":
      return { ...common, kind, options: [...SUSPICION_OPTIONS] };
    case "CATEGORICAL":
    case "MULTI_SELECT":
      return { ...common, kind, options: [...TWO_CHOICES] };
    case "NUMBER":
      return { ...common, kind, unit: "mm", minimum: 0, maximum: null, step: null };
    case "TEXT":
      return { ...common, kind, maximum_length: 1000 };
    default:
      return { ...common, kind };
  }
}
