import { type Autosave, type AutosaveEvent, reduceAutosave } from "./autosave";
import { applyEdit, type Edit } from "./edits";
import { type History, record, redo, startHistory, undo } from "./history";
import type { ReadPayload } from "./payload";

/** A read being edited: what is saved, and the way back and forth through its versions. */
export interface ReadSession {
  save: Autosave;
  history: History<ReadPayload>;
  lastEdit: { target: string; at_ms: number } | null;
}

export type SessionEvent =
  | { type: "edit"; edit: Edit; at_ms: number }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "save"; event: AutosaveEvent };

// Edits of the same thing in quick succession (a slider, a dragged mark) are one step back.
const SAME_STEP_MS = 1500;

export function startSession(save: Autosave): ReadSession {
  return { save, history: startHistory(save.payload), lastEdit: null };
}

export function reduceSession(session: ReadSession, event: SessionEvent): ReadSession {
  switch (event.type) {
    case "edit":
      return edited(session, event.edit, event.at_ms);
    case "undo":
      return showing(session, undo(session.history));
    case "redo":
      return showing(session, redo(session.history));
    case "save":
      return afterSave(session, event.event);
  }
}

function edited(session: ReadSession, edit: Edit, at_ms: number): ReadSession {
  const target = targetOf(edit);
  const { lastEdit } = session;
  const isSameStep = target !== null && lastEdit?.target === target && at_ms - lastEdit.at_ms < SAME_STEP_MS;
  const history = record(session.history, applyEdit(session.history.present, edit), isSameStep);
  if (history === session.history) return session;
  return { ...showing(session, history), lastEdit: target === null ? null : { target, at_ms } };
}

/** What an edit changes, when it can come in a stream; adding and removing are always steps of their own. */
function targetOf(edit: Edit): string | null {
  if (edit.type === "answer") return `answer.${edit.key}`;
  if (edit.type === "finding_answered") return `finding.${edit.id}.answers.${edit.key}`;
  if (edit.type === "finding_changed") return `finding.${edit.id}.${Object.keys(edit.change).join()}`;
  return edit.type === "mark_changed" ? `mark.${edit.id}.${Object.keys(edit.change).join()}` : null;
}

function showing(session: ReadSession, history: History<ReadPayload>): ReadSession {
  if (history === session.history) return session;
  const save = reduceAutosave(session.save, { type: "edited", payload: history.present });
  return { save, history, lastEdit: null };
}

function afterSave(session: ReadSession, event: AutosaveEvent): ReadSession {
  const save = reduceAutosave(session.save, event);
  // Taking another version is a step like any other, so that undo leads back from it.
  return { ...session, save, history: record(session.history, sameOrNew(session, save)) };
}

function sameOrNew(session: ReadSession, save: Autosave): ReadPayload {
  return save.payload === session.save.payload ? session.history.present : save.payload;
}
