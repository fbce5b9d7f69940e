/** The versioned form of a reader study, as docs/contract.md section 3 writes it. */

export interface Code {
  scheme: string;
  value: string;
  meaning: string;
}

/** Kinds of geometry a reader can draw; their points and texts stand in markKinds.ts. */
export type MarkKind =
  | "POINT"
  | "PROBE"
  | "LENGTH"
  | "BIDIRECTIONAL"
  | "ANGLE"
  | "COBB"
  | "ARROW"
  | "RECTANGLE"
  | "ELLIPSE"
  | "CIRCLE"
  | "FREEHAND"
  | "LIVEWIRE"
  | "SPLINE"
  | "BOX";

/** Voxels of a volume, drawn with tools of their own; they travel beside the payload. */
export const SEGMENT = "SEGMENT";

/** With what a finding may be marked. */
export type FindingTool = MarkKind | typeof SEGMENT;

export function isMarkKind(tool: FindingTool): tool is MarkKind {
  return tool !== SEGMENT;
}

/** When a question is asked; it names only questions that stand above it (annotations/domain/conditions.py). */
export type Condition = Comparison | { all: Condition[] } | { any: Condition[] };

export type Comparison =
  | { question: string; is: ComparedValue }
  | { question: string; in: ComparedValue[] }
  | { question: string; at_least: number };

export type ComparedValue = boolean | number | string;

interface Heading {
  key: string;
  text: string;
  help?: string;
  show_if?: Condition | null;
}

interface QuestionBase extends Heading {
  required: boolean;
  /** Whether the reader may say that it cannot be assessed, and reasons offered for that. */
  cannot_assess?: boolean;
  cannot_assess_reasons?: string[];
  /** SHA-256 of an example image. */
  image?: string | null;
}

type Role = "CALL" | "RATING" | null;

export interface BinaryQuestion extends QuestionBase {
  kind: "BINARY";
  role?: Role;
}

/** A level of a scale or a choice; the answer is the level's number, or the choice's value. */
export interface Level {
  text: string;
  /** What the level is called in its own scale, such as 4A. */
  value?: string;
  code?: Code | null;
}

export interface Choice extends Level {
  value: string;
}

export interface OrdinalQuestion extends QuestionBase {
  kind: "ORDINAL";
  options: (string | Level)[];
  role?: Role;
}

export interface ConfidenceQuestion extends QuestionBase {
  kind: "CONFIDENCE";
  role?: Role;
}

export interface CategoricalQuestion extends QuestionBase {
  kind: "CATEGORICAL";
  options: Choice[];
  role?: null;
}

export interface MultiSelectQuestion extends QuestionBase {
  kind: "MULTI_SELECT";
  options: Choice[];
  role?: null;
}

export interface NumberQuestion extends QuestionBase {
  kind: "NUMBER";
  /** UCUM. */
  unit?: string;
  minimum?: number | null;
  maximum?: number | null;
  step?: number | null;
  role?: Role;
}

export interface DateQuestion extends QuestionBase {
  kind: "DATE";
  role?: null;
}

export interface TextQuestion extends QuestionBase {
  kind: "TEXT";
  maximum_length?: number;
  role?: null;
}

export interface LocatedFindingQuestion extends QuestionBase {
  kind: "LOCATED_FINDING";
  tools: FindingTool[];
  codes: Code[];
  minimum_count?: number;
  maximum_count?: number | null;
  /** Questions put to each finding. */
  attributes?: AnswerQuestion[];
  role?: null;
}

/** A heading: the questions below it, up to the next one, belong to it. */
export interface Section extends Heading {
  kind: "SECTION";
}

export type AnswerQuestion =
  | BinaryQuestion
  | OrdinalQuestion
  | ConfidenceQuestion
  | CategoricalQuestion
  | MultiSelectQuestion
  | NumberQuestion
  | DateQuestion
  | TextQuestion;
export type Question = AnswerQuestion | LocatedFindingQuestion | Section;

export interface LabelSchema {
  version: number;
  questions: Question[];
}

export function isLocated(question: Question): question is LocatedFindingQuestion {
  return question.kind === "LOCATED_FINDING";
}

export function isAnswered(question: Question): question is AnswerQuestion {
  return question.kind !== "LOCATED_FINDING" && question.kind !== "SECTION";
}

/** The levels of a scale, lowest first; one that is stored as a text has no value of its own. */
export function levelsOf(question: OrdinalQuestion): Level[] {
  return question.options.map((option) => (typeof option === "string" ? { text: option } : option));
}

/** "4A: Low suspicion" where the level has a value of its own. */
export function levelText({ value, text }: Level): string {
  return value === undefined ? text : `${value}: ${text}`;
}

export function sameCode(one: Code, other: Code): boolean {
  return one.scheme === other.scheme && one.value === other.value;
}

/** The least and the greatest rating that the form takes; null where it asks for none. */
export function ratingScale(questions: Question[]): { low: number; high: number } | null {
  const rating = questions.find((question) => "role" in question && question.role === "RATING");
  if (rating?.kind === "CONFIDENCE") return { low: 0, high: 100 };
  if (rating?.kind === "NUMBER") return { low: rating.minimum ?? 0, high: rating.maximum ?? 0 };
  return rating?.kind === "ORDINAL" ? { low: 1, high: rating.options.length } : null;
}
