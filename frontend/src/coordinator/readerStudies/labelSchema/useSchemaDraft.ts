import { useCallback, useReducer, useState } from "react";
import { type History, record, redo, startHistory, undo } from "@/domain/history";
import type { Question } from "@/domain/labelSchema";
import { canonical } from "@/domain/payload";
import { type DraftQuestion, draftsOf, editSchema, type SchemaEdit } from "@/domain/schemaEditing";
import { useUndoKeys } from "../useUndoKeys";

interface State {
  history: History<DraftQuestion[]>;
  /** What the last step changed: more of the same, soon after, is the same step. */
  lastTarget: { name: string; at_ms: number } | null;
}

type Step = { type: "EDIT"; edit: SchemaEdit; at_ms: number } | { type: "UNDO" } | { type: "REDO" };

const SAME_STEP_MS = 1500;

function reduce(state: State, step: Step): State {
  if (step.type === "UNDO") return { history: undo(state.history), lastTarget: null };
  if (step.type === "REDO") return { history: redo(state.history), lastTarget: null };
  const { edit, at_ms } = step;
  const name = targetOf(edit);
  const { history, lastTarget } = state;
  const isSame = name !== null && lastTarget?.name === name && at_ms - lastTarget.at_ms < SAME_STEP_MS;
  return {
    history: record(history, editSchema(history.present, edit), isSame),
    lastTarget: name === null ? null : { name, at_ms },
  };
}

function targetOf(edit: SchemaEdit): string | null {
  if (edit.type === "CHANGE") return `${edit.id} ${Object.keys(edit.change).join()}`;
  return edit.type === "TEXT" || edit.type === "KEY" ? `${edit.id} ${edit.type}` : null;
}

const makeId = () => crypto.randomUUID();

export interface SchemaDraft {
  drafts: DraftQuestion[];
  edit: (edit: SchemaEdit) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  isDirty: boolean;
  markSaved: (questions: Question[]) => void;
}

/** The form being built, the way back and forth through its making, and whether it differs from what is stored. */
export function useSchemaDraft(stored: Question[]): SchemaDraft {
  const [{ history }, step] = useReducer(reduce, stored, (questions) => ({
    history: startHistory(draftsOf(questions, makeId)),
    lastTarget: null,
  }));
  const [saved, setSaved] = useState(() => canonical(stored));
  const drafts = history.present;
  const isDirty = canonical(drafts.map((draft) => draft.question)) !== saved;
  const edit = useCallback(
    (one: SchemaEdit) => step({ type: "EDIT", edit: one, at_ms: performance.now() }),
    [],
  );
  const back = useCallback(() => step({ type: "UNDO" }), []);
  const forth = useCallback(() => step({ type: "REDO" }), []);
  useUndoKeys(back, forth);
  return {
    drafts,
    edit,
    undo: history.past.length > 0 ? back : undefined,
    redo: history.future.length > 0 ? forth : undefined,
    isDirty,
    markSaved: (questions) => setSaved(canonical(questions)),
  };
}
