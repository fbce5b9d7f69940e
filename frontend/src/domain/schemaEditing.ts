/** Building a label schema: pure steps from one draft of the form to the next. */

import { withKeyRenamed } from "./conditionEditing";
import { isAnswered, isLocated, type Question } from "./labelSchema";
import { newQuestion, type QuestionKind } from "./newQuestions";

export type QuestionRole = "CALL" | "RATING" | null;

/** A question being edited. `id` stays the same while the key and the order change. */
export interface DraftQuestion {
  id: string;
  /** Whether a person chose the key; otherwise it follows the text. */
  hasOwnKey: boolean;
  question: Question;
}

export type SchemaEdit =
  /** Behind the question `after`, or at the end. */
  | { type: "ADD"; id: string; kind: QuestionKind; after?: string | null }
  | { type: "COPY"; id: string; of: string }
  | { type: "REMOVE"; id: string }
  | { type: "MOVE"; id: string; by: -1 | 1 }
  | { type: "TEXT"; id: string; text: string }
  | { type: "KEY"; id: string; key: string }
  | { type: "ROLE"; id: string; role: QuestionRole }
  | { type: "CHANGE"; id: string; change: Partial<Question> }
  | { type: "REPLACE"; drafts: DraftQuestion[] };

export const LONGEST_KEY = 40;

/** The roles a kind of question may have, besides none. */
export const ROLES_OF_KIND: Partial<Record<QuestionKind, Exclude<QuestionRole, null>[]>> = {
  BINARY: ["CALL"],
  ORDINAL: ["RATING"],
  CONFIDENCE: ["RATING"],
  NUMBER: ["RATING"],
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
      return placed(drafts, newDraft(drafts, edit.id, edit.kind), edit.after ?? null);
    case "COPY":
      return copied(drafts, edit.id, edit.of);
    case "REMOVE":
      return drafts.filter((draft) => draft.id !== edit.id);
    case "MOVE":
      return moved(drafts, edit.id, edit.by);
    case "ROLE":
      return withRole(drafts, edit.id, edit.role);
    default:
      return changedInPlace(drafts, edit);
  }
}

type InnerEdit = Extract<SchemaEdit, { type: "TEXT" | "KEY" | "CHANGE" }>;

/** Conditions go on to mean the same question when its key changes. */
function changedInPlace(drafts: DraftQuestion[], edit: InnerEdit): DraftQuestion[] {
  const before = drafts.find(({ id }) => id === edit.id);
  if (!before) return drafts;
  const after = changed(drafts, before, edit);
  const [was, now] = [before.question.key, after.question.key];
  const isOnlyOne = !keysOfOthers(drafts, edit.id).has(was);
  return drafts.map((draft) => {
    if (draft === before) return after;
    return was === now || !isOnlyOne
      ? draft
      : { ...draft, question: withKeyRenamed(draft.question, was, now) };
  });
}

function changed(drafts: DraftQuestion[], draft: DraftQuestion, edit: InnerEdit): DraftQuestion {
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

function placed(drafts: DraftQuestion[], draft: DraftQuestion, after: string | null): DraftQuestion[] {
  const index = drafts.findIndex(({ id }) => id === after);
  return drafts.toSpliced(index === -1 ? drafts.length : index + 1, 0, draft);
}

function copied(drafts: DraftQuestion[], id: string, of: string): DraftQuestion[] {
  const original = drafts.find((draft) => draft.id === of);
  if (!original) return drafts;
  const key = freeKey(original.question.key, keysOfOthers(drafts, ""));
  const role = "role" in original.question ? { role: null } : {};
  const question = { ...original.question, ...role, key } as Question;
  return placed(drafts, { id, hasOwnKey: true, question }, of);
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
    if (!isAnswered(question)) return draft;
    if (draft.id === id) return { ...draft, question: { ...question, role } as Question };
    return role !== null && question.role === role
      ? { ...draft, question: { ...question, role: null } as Question }
      : draft;
  });
}

function newDraft(drafts: DraftQuestion[], id: string, kind: QuestionKind): DraftQuestion {
  const blank = newQuestion(kind);
  const key = freeKey(keyFromText(blank.text), keysOfOthers(drafts, id));
  const question = { ...blank, key };
  if (!isAnswered(question) || isLocated(question)) return { id, hasOwnKey: false, question };
  // Most numbers are measurements: one becomes the rating only by choice.
  const roles = kind === "NUMBER" ? [] : (ROLES_OF_KIND[kind] ?? []);
  const role = roles.find((candidate) => !hasRole(drafts, candidate)) ?? null;
  return { id, hasOwnKey: false, question: { ...question, role } as Question };
}

export function hasRole(drafts: DraftQuestion[], role: QuestionRole): boolean {
  return drafts.some(({ question }) => isAnswered(question) && question.role === role);
}
