/** Building a label schema: pure steps from one draft of the form to the next. */

import { isLocated, type Question } from "./labelSchema";

export type QuestionKind = Question["kind"];
export type QuestionRole = "CALL" | "RATING" | null;

/** A question being edited. `id` stays the same while the key and the order change. */
export interface DraftQuestion {
  id: string;
  /** Whether a person chose the key; otherwise it follows the text. */
  hasOwnKey: boolean;
  question: Question;
}

export type SchemaEdit =
  | { type: "ADD"; id: string; kind: QuestionKind }
  | { type: "REMOVE"; id: string }
  | { type: "MOVE"; id: string; by: -1 | 1 }
  | { type: "TEXT"; id: string; text: string }
  | { type: "KEY"; id: string; key: string }
  | { type: "ROLE"; id: string; role: QuestionRole }
  | { type: "CHANGE"; id: string; change: Partial<Question> }
  | { type: "REPLACE"; drafts: DraftQuestion[] };

export const LONGEST_KEY = 40;
export const ORDINAL_STEPS = 5;

/** The roles a kind of question may have, besides none. */
export const ROLES_OF_KIND: Record<QuestionKind, Exclude<QuestionRole, null>[]> = {
  BINARY: ["CALL"],
  ORDINAL: ["RATING"],
  CONFIDENCE: ["RATING"],
  LOCATED_FINDING: [],
};

/** The draft of a stored schema; `makeId` gives each question its lasting id. */
export function draftsOf(questions: Question[], makeId: () => string): DraftQuestion[] {
  return questions.map((question) => ({
    id: makeId(),
    hasOwnKey: question.key !== keyFromText(question.text),
    question,
  }));
}

/** A column name made from a question's text: "Nodule present?" gives `nodule_present`. */
export function keyFromText(text: string): string {
  const words = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "");
  return words.slice(0, LONGEST_KEY).replace(/_+$/, "");
}

/** `key`, or `key_2`, `key_3`, … when another question has it. */
export function freeKey(key: string, taken: ReadonlySet<string>): string {
  const stem = key === "" ? "question" : key;
  if (!taken.has(stem)) return stem;
  let number = 2;
  while (taken.has(suffixed(stem, number))) number += 1;
  return suffixed(stem, number);
}

function suffixed(stem: string, number: number): string {
  const suffix = `_${number}`;
  return stem.slice(0, LONGEST_KEY - suffix.length) + suffix;
}

function keysOfOthers(drafts: DraftQuestion[], id: string): Set<string> {
  return new Set(drafts.filter((draft) => draft.id !== id).map((draft) => draft.question.key));
}

export function editSchema(drafts: DraftQuestion[], edit: SchemaEdit): DraftQuestion[] {
  switch (edit.type) {
    case "REPLACE":
      return edit.drafts;
    case "ADD":
      return [...drafts, newDraft(drafts, edit.id, edit.kind)];
    case "REMOVE":
      return drafts.filter((draft) => draft.id !== edit.id);
    case "MOVE":
      return moved(drafts, edit.id, edit.by);
    case "ROLE":
      return withRole(drafts, edit.id, edit.role);
    default:
      return drafts.map((draft) => (draft.id === edit.id ? changed(drafts, draft, edit) : draft));
  }
}

function changed(
  drafts: DraftQuestion[],
  draft: DraftQuestion,
  edit: Extract<SchemaEdit, { type: "TEXT" | "KEY" | "CHANGE" }>,
): DraftQuestion {
  if (edit.type === "KEY") {
    return { ...draft, hasOwnKey: true, question: { ...draft.question, key: edit.key } };
  }
  if (edit.type === "CHANGE") {
    return { ...draft, question: { ...draft.question, ...edit.change } as Question };
  }
  const key = draft.hasOwnKey
    ? draft.question.key
    : freeKey(keyFromText(edit.text), keysOfOthers(drafts, draft.id));
  return { ...draft, question: { ...draft.question, text: edit.text, key } };
}

function moved(drafts: DraftQuestion[], id: string, by: -1 | 1): DraftQuestion[] {
  const from = drafts.findIndex((draft) => draft.id === id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= drafts.length) return drafts;
  const without = drafts.toSpliced(from, 1);
  return without.toSpliced(to, 0, ...drafts.slice(from, from + 1));
}

/** A role belongs to one question: giving it to another takes it from the first. */
function withRole(drafts: DraftQuestion[], id: string, role: QuestionRole): DraftQuestion[] {
  return drafts.map((draft) => {
    const { question } = draft;
    if (isLocated(question)) return draft;
    if (draft.id === id) return { ...draft, question: { ...question, role } };
    return role !== null && question.role === role
      ? { ...draft, question: { ...question, role: null } }
      : draft;
  });
}

const FIRST_TEXT: Record<QuestionKind, string> = {
  BINARY: "Finding present?",
  ORDINAL: "How suspicious is it?",
  CONFIDENCE: "How sure are you that the finding is present?",
  LOCATED_FINDING: "Mark each finding",
};

export const SUSPICION_OPTIONS = ["definitely not", "probably not", "possibly", "probably", "definitely"];

function newDraft(drafts: DraftQuestion[], id: string, kind: QuestionKind): DraftQuestion {
  const text = FIRST_TEXT[kind];
  const key = freeKey(keyFromText(text), keysOfOthers(drafts, id));
  const question = newQuestion(kind, key, text);
  if (isLocated(question)) return { id, hasOwnKey: false, question };
  const role = ROLES_OF_KIND[kind].find((candidate) => !hasRole(drafts, candidate)) ?? null;
  return { id, hasOwnKey: false, question: { ...question, role } };
}

function newQuestion(kind: QuestionKind, key: string, text: string): Question {
  const common = { key, text, help: "", required: true };
  switch (kind) {
    case "BINARY":
      return { ...common, kind };
    case "ORDINAL":
      return { ...common, kind, options: [...SUSPICION_OPTIONS] };
    case "CONFIDENCE":
      return { ...common, kind };
    case "LOCATED_FINDING":
      return {
        ...common,
        kind,
        required: false,
        tools: ["POINT", "LENGTH", "RECTANGLE", "ELLIPSE"],
        codes: [{ scheme: "SCT", value: "52988006", meaning: "Lesion" }],
        minimum_count: 0,
        maximum_count: null,
      };
  }
}

export function hasRole(drafts: DraftQuestion[], role: QuestionRole): boolean {
  return drafts.some(({ question }) => !isLocated(question) && question.role === role);
}
