import { answerText } from "@/domain/answers";
import { type AnswerQuestion, type Code, isAnswered, isLocated, type Question } from "@/domain/labelSchema";
import { markSummary } from "@/domain/markText";
import type { MergeItem, Place, Side } from "@/domain/mergePayload";
import {
  type AiDecision,
  type Answer,
  type Finding,
  isSegment,
  type Mark,
  type ReadPayload,
} from "@/domain/payload";

/** What the words of a merge are made of: the form, and the versions whose findings it numbers. */
export interface MergeWords {
  questions: Question[];
  mine: ReadPayload;
}

/** What differs, as the reader knows it: the question, or the finding by its number in the list. */
export function placeText(item: MergeItem, words: MergeWords): string {
  const { place } = item;
  switch (place.kind) {
    case "answer":
      return words.questions.find(({ key }) => key === place.key)?.text ?? place.key;
    case "finding":
      if (item.mine === undefined && item.base !== undefined) return "A finding deleted here";
      return findingName(place.findingId, words);
    case "finding_field":
      return `${findingName(place.findingId, words)}: ${FIELD_TEXT[place.field] ?? place.field}`;
    case "finding_answer":
      return `${findingName(place.findingId, words)}: ${attribute(place.key, words)?.text ?? place.key}`;
    case "mark":
      return `${findingName(place.findingId, words)}: a mark`;
    case "marks":
      return `${findingName(place.findingId, words)}: its marks`;
    case "ai_decision":
      return "A finding of the AI";
  }
}

const FIELD_TEXT: Record<string, string> = {
  question: "what it is for",
  code: "its code",
  confidence: "how sure",
};

/** One side's version of it. */
export function valueText(item: MergeItem, side: Side | "base", words: MergeWords): string {
  const value = item[side];
  if (value === undefined || value === null) return absentText(item, side);
  switch (item.place.kind) {
    case "answer":
      return answerText(questionOf(item.place.key, words), value as Answer);
    case "finding_answer":
      return answerText(attribute(item.place.key, words), value as Answer);
    case "finding":
      return findingText(value as Finding);
    case "mark":
      return markText(value as Mark);
    case "marks":
      return (value as Mark[]).map(markText).join(", ");
    case "ai_decision":
      return (value as AiDecision).decision.toLowerCase();
    case "finding_field":
      return fieldText(item.place, value, words);
  }
}

function absentText(item: MergeItem, side: Side | "base"): string {
  const isThing = item.place.kind === "finding" || item.place.kind === "mark";
  if (!isThing) return item.place.kind === "finding_field" ? "not set" : "not answered";
  return side !== "base" && item.base !== undefined ? "deleted" : "not there";
}

function fieldText(place: Place & { kind: "finding_field" }, value: unknown, words: MergeWords): string {
  if (place.field === "code") return (value as Code).meaning;
  if (place.field === "question")
    return words.questions.find(({ key }) => key === value)?.text ?? String(value);
  return String(value);
}

function findingName(id: string, { mine }: MergeWords): string {
  const index = mine.findings.findIndex((finding) => finding.id === id);
  return index === -1 ? "A finding made elsewhere" : `Finding ${index + 1}`;
}

function findingText(finding: Finding): string {
  const parts = [finding.marks.map(markText).join(", "), finding.code?.meaning];
  if (finding.confidence !== null) parts.push(`sure: ${finding.confidence}`);
  return parts.filter(Boolean).join("; ");
}

function markText(mark: Mark): string {
  const { geometry } = mark;
  const [point] = isSegment(geometry) ? [] : (geometry.points_mm ?? []);
  const place = point ? ` at ${point.map((value) => value.toFixed(0)).join(", ")} mm` : "";
  return `${markSummary(mark)}${place}`;
}

function questionOf(key: string, { questions }: MergeWords): AnswerQuestion | undefined {
  return questions.filter(isAnswered).find((question) => question.key === key);
}

function attribute(key: string, { questions }: MergeWords): AnswerQuestion | undefined {
  return questions
    .filter(isLocated)
    .flatMap((question) => question.attributes ?? [])
    .find((question) => question.key === key);
}
