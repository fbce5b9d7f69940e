import { useCallback, useReducer, useState } from "react";
import type { Plan } from "@/domain/analysisPlan";
import { type History, record, redo, startHistory, undo } from "@/domain/history";
import { canonical } from "@/domain/payload";
import { useUndoKeys } from "../useUndoKeys";

interface State {
  history: History<Plan>;
  /** The field that the last step wrote into: more of it, soon after, is the same step. */
  last: { field: string; at_ms: number } | null;
}

type Step =
  | { type: "EDIT"; plan: Plan; field: string | null; at_ms: number }
  | { type: "UNDO" }
  | { type: "REDO" };

const SAME_STEP_MS = 1500;

function reduce({ history, last }: State, step: Step): State {
  if (step.type === "UNDO") return { history: undo(history), last: null };
  if (step.type === "REDO") return { history: redo(history), last: null };
  const { plan, field, at_ms } = step;
  const isSame = field !== null && last?.field === field && at_ms - last.at_ms < SAME_STEP_MS;
  return { history: record(history, plan, isSame), last: field === null ? null : { field, at_ms } };
}

export interface PlanDraft {
  plan: Plan;
  /** `field`: what is typed into, so that a word is one step back. */
  edit: (plan: Plan, field?: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  isDirty: boolean;
  markSaved: (plan: Plan) => void;
}

/** The plan being written, the way back and forth, and whether it differs from what is stored (`null`: nothing is). */
export function usePlanDraft(start: Plan, stored: Plan | null): PlanDraft {
  const [{ history }, step] = useReducer(reduce, { history: startHistory(start), last: null });
  const [saved, setSaved] = useState(() => (stored ? canonical(stored) : null));
  const edit = useCallback(
    (plan: Plan, field?: string) =>
      step({ type: "EDIT", plan, field: field ?? null, at_ms: performance.now() }),
    [],
  );
  const back = useCallback(() => step({ type: "UNDO" }), []);
  const forth = useCallback(() => step({ type: "REDO" }), []);
  useUndoKeys(back, forth);
  return {
    plan: history.present,
    edit,
    undo: history.past.length > 0 ? back : undefined,
    redo: history.future.length > 0 ? forth : undefined,
    isDirty: canonical(history.present) !== saved,
    markSaved: (plan) => setSaved(canonical(plan)),
  };
}
