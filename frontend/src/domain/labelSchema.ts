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

interface QuestionBase {
  key: string;
  text: string;
  help?: string;
  required: boolean;
}

export interface BinaryQuestion extends QuestionBase {
  kind: "BINARY";
  role?: "CALL" | "RATING" | null;
}

export interface OrdinalQuestion extends QuestionBase {
  kind: "ORDINAL";
  options: string[];
  role?: "CALL" | "RATING" | null;
}

export interface ConfidenceQuestion extends QuestionBase {
  kind: "CONFIDENCE";
  role?: "CALL" | "RATING" | null;
}

export interface LocatedFindingQuestion extends QuestionBase {
  kind: "LOCATED_FINDING";
  tools: FindingTool[];
  codes: Code[];
  minimum_count: number;
  maximum_count: number | null;
  /** Questions put to each finding. */
  attributes?: AnswerQuestion[];
}

export type AnswerQuestion = BinaryQuestion | OrdinalQuestion | ConfidenceQuestion;
export type Question = AnswerQuestion | LocatedFindingQuestion;

export interface LabelSchema {
  version: number;
  questions: Question[];
}

export function isLocated(question: Question): question is LocatedFindingQuestion {
  return question.kind === "LOCATED_FINDING";
}

export function isAnswered(question: Question): question is AnswerQuestion {
  return question.kind !== "LOCATED_FINDING";
}

export function sameCode(one: Code, other: Code): boolean {
  return one.scheme === other.scheme && one.value === other.value;
}
