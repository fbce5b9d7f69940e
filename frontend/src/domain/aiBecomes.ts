import { type FindingTool, type LocatedFindingQuestion, type MarkKind, SEGMENT } from "./labelSchema";
import { toolWord } from "./markText";

/** What an AI's mark becomes, the closest first, among what the form allows. */
const BECOMES: Partial<Record<string, FindingTool[]>> = {
  SPHERE: ["ELLIPSE", "CIRCLE", "RECTANGLE", "BIDIRECTIONAL", "LENGTH", "POINT"],
  ELLIPSE: ["ELLIPSE", "RECTANGLE", "LENGTH", "POINT"],
  RECTANGLE: ["RECTANGLE", "ELLIPSE", "FREEHAND", "LENGTH", "POINT"],
  FREEHAND: ["FREEHAND", "RECTANGLE", "ELLIPSE", "LENGTH", "POINT"],
  BOX: ["BOX", "RECTANGLE", "ELLIPSE", "LENGTH", "POINT"],
  LENGTH: ["LENGTH", "POINT"],
  POINT: ["POINT"],
  SEGMENT: [SEGMENT, "RECTANGLE", "ELLIPSE", "POINT"],
};

/** What an AI's mark of this kind becomes where these tools mark a finding; null where it can become none of them. */
export function becomes(kind: string, tools: readonly FindingTool[]): FindingTool | null {
  return BECOMES[kind]?.find((candidate) => tools.includes(candidate)) ?? null;
}

/** The same among marks alone. */
export function becomesMark(kind: string, tools: readonly MarkKind[]): MarkKind | null {
  const found = becomes(kind, tools);
  return found === SEGMENT ? null : found;
}

const AI_KINDS: Partial<Record<string, string>> = {
  SPHERE: "ball",
  ELLIPSE: "ellipse",
  RECTANGLE: "rectangle",
  FREEHAND: "contour",
  BOX: "box",
  LENGTH: "length",
  POINT: "point",
  SEGMENT: "segment",
};

/** Why the reader cannot take over an AI's mark of this kind, in words; null when it can be. */
export function whyNotTaken(kind: string, question: LocatedFindingQuestion | null): string | null {
  if (!question) return "This form has no place for findings: reject it, or leave it.";
  if (becomes(kind, question.tools) !== null) return null;
  const tools = question.tools.map(toolWord).join(", ");
  return `"${question.text}" is marked by ${tools} only, which the AI's ${AI_KINDS[kind] ?? "mark"} cannot become: mark it yourself, or reject it.`;
}
