/** What a version of a label schema changed, in words. */

import { conditionText } from "./conditionEditing";
import type { Condition } from "./labelSchema";
import { kindName, type QuestionKind } from "./newQuestions";

interface Change {
  kind: "ADDED" | "REMOVED" | "CHANGED" | "MOVED";
  text: string;
  changed_fields: { field: string; was: unknown; now: unknown }[];
}

const VERBS = { ADDED: "Added", REMOVED: "Removed", MOVED: "Moved", CHANGED: "Changed" };

/** As annotations/domain/schema_changes.py calls them. */
const FIELD_NAMES: Record<string, string> = {
  help: "hint",
  role: "part in the analysis",
  show_if: "condition",
  cannot_assess: "“cannot assess”",
  cannot_assess_reasons: "reasons offered",
  image: "example image",
  maximum_length: "longest answer",
  minimum_count: "fewest marks",
  maximum_count: "most marks",
  attributes: "questions about each finding",
};

/** One line for each change; a field whose values are short says both. */
export function changeLines(changes: Change[]): string[] {
  return changes.map(({ kind, text, changed_fields: fields }) => {
    const parts = fields.map(({ field, was, now }) => {
      const name = FIELD_NAMES[field] ?? field;
      const [before, after] = [valueText(field, was), valueText(field, now)];
      return before === null || after === null ? name : `${name} from ${before} to ${after}`;
    });
    return `${VERBS[kind]} “${text}”${parts.length > 0 ? `: ${parts.join("; ")}` : ""}`;
  });
}

const LONGEST_VALUE = 120;

function valueText(field: string, value: unknown): string | null {
  const text = shortText(field, value);
  return text !== null && text.length <= LONGEST_VALUE ? text : null;
}

function shortText(field: string, value: unknown): string | null {
  if (value === null || value === undefined || value === "") return "nothing";
  if (field === "kind") return kindName(value as QuestionKind);
  if (field === "show_if") return conditionText(value as Condition, []);
  if (field === "image") return "an image";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `“${value}”`;
  return Array.isArray(value) ? value.map(partText).join(", ") : null;
}

/** A tool, a reason, a level, a code or a question, by its name. */
function partText(part: unknown): string {
  if (typeof part !== "object" || part === null) return String(part);
  if ("text" in part) return "value" in part ? `${part.value} ${part.text}` : String(part.text);
  return "meaning" in part ? String(part.meaning) : "…";
}
