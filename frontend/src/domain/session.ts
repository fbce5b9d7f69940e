import { followedDecisions } from "./aiDecisions";
import { type Autosave, type AutosaveEvent, reduceAutosave } from "./autosave";
import { applyEdit, type Edit } from "./edits";
import { type History, record, redo, startHistory, undo } from "./history";
import { type ReadPayload, samePayload } from "./payload";

/** A read being edited: what is saved, and the way back and forth through its versions. */
export interface ReadSession {
  save: Autosave;
  history: History<ReadPayload>;
  lastEdit: { target: string; at_ms: number } | null;
}

export type SessionEvent =
  | { type: "edit"; edit: Edit; at_ms: number }
  | { type: "undo"; at_ms: number }
  | { type: "redo"; at_ms: number }
  | { type: "save"; event: AutosaveEvent }
  /** The read has been loaded anew, beside what the browser keeps of it. */
  | { type: "restarted"; save: Autosave; history: History<ReadPayload> | undefined };

// Edits of the same thing in quick succession (a slider, a dragged mark) are one step back.
const SAME_STEP_MS = 1500;

/** Start with what is saved; `kept` is the way back and forth from an earlier stay, if the browser still has it. */
export function startSession(save: Autosave, kept?: History<ReadPayload>): ReadSession {
  const history = kept ? historyFor(save.payload, kept) : startHistory(save.payload);
  return { save, history, lastEdit: null };
}

/** The kept history leads up to what is shown; what was changed elsewhere meanwhile is one more step. */
function historyFor(payload: ReadPayload, kept: History<ReadPayload>): History<ReadPayload> {
  return samePayload(kept.present, payload) ? { ...kept, present: payload } : record(kept, payload);
}

export function reduceSession(session: ReadSession, event: SessionEvent): ReadSession {
  switch (event.type) {
    case "edit":
      return edited(session, event.edit, event.at_ms);
    case "undo":
      return showing(session, undo(session.history), event.at_ms);
    case "redo":
      return showing(session, redo(session.history), event.at_ms);
    case "save":
      return afterSave(session, event.event);
    case "restarted":
      return startSession(event.save, event.history);
  }
}

function edited(session: ReadSession, edit: Edit, at_ms: number): ReadSession {
  const target = targetOf(edit);
  const { lastEdit } = session;
  const isSameStep = target !== null && lastEdit?.target === target && at_ms - lastEdit.at_ms < SAME_STEP_MS;
  const before = session.history.present;
  const after = followedDecisions(before, applyEdit(before, edit), at_ms);
  const history = record(session.history, after, isSameStep);
  if (history === session.history) return session;
  return { ...showing(session, history, at_ms), lastEdit: target === null ? null : { target, at_ms } };
}

/** What an edit changes, when it can come in a stream; adding and removing are always steps of their own. */
function targetOf(edit: Edit): string | null {
  if (edit.type === "answer") return `answer.${edit.key}`;
  if (edit.type === "finding_answered") return `finding.${edit.id}.answers.${edit.key}`;
  if (edit.type === "finding_changed") return `finding.${edit.id}.${Object.keys(edit.change).join()}`;
  return edit.type === "mark_changed" ? `mark.${edit.id}.${Object.keys(edit.change).join()}` : null;
}

function showing(session: ReadSession, history: History<ReadPayload>, at_ms: number): ReadSession {
  if (history === session.history) return session;
  const at = new Date(at_ms).toISOString();
  const save = reduceAutosave(session.save, { type: "edited", payload: history.present, at });
  return { save, history, lastEdit: null };
}

function afterSave(session: ReadSession, event: AutosaveEvent): ReadSession {
  const save = reduceAutosave(session.save, event);
  if (save.payload === session.save.payload) return { ...session, save };
  // Another version is a step like any other, so that undo leads back from it; from a merge to theirs, then to mine.
  const { conflict } = session.save;
  const before =
    event.type === "merged" && conflict ? record(session.history, conflict.payload) : session.history;
  return { save, history: record(before, save.payload), lastEdit: null };
}
