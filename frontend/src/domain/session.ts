import { followedDecisions } from "./aiDecisions";
import { type Autosave, type AutosaveEvent, reduceAutosave } from "./autosave";
import { applyEdit, type Edit } from "./edits";
import { type History, record, redo, startHistory, undo } from "./history";
import { isSegment, type MarkGeometry, markIn, type ReadPayload, samePayload } from "./payload";

/** A read being edited: what is saved, and the way back and forth through its versions. */
export interface ReadSession {
  save: Autosave;
  history: History<ReadPayload>;
  lastEdit: { target: string; at_ms: number } | null;
  told: ToldEdits;
}

/** What the image window has told lately, by the name it gave: each is taken once. */
export interface ToldEdits {
  taken: string[];
  /** Not taken: strokes on a version of their segment that the read no longer has. */
  outdated: string[];
}

export type SessionEvent =
  | { type: "edit"; edit: Edit; at_ms: number; toldAs?: string }
  | { type: "undo"; at_ms: number }
  | { type: "redo"; at_ms: number }
  | { type: "save"; event: AutosaveEvent }
  /** The read has been loaded anew, beside what the browser keeps of it. */
  | { type: "restarted"; save: Autosave; history: History<ReadPayload> | undefined };

// Edits of the same thing in quick succession (a slider, a dragged mark) are one step back.
const SAME_STEP_MS = 1500;
// More than can be on their way at once.
const KEPT_NAMES = 100;

/** Start with what is saved; `kept` is the way back and forth from an earlier stay, if the browser still has it. */
export function startSession(save: Autosave, kept?: History<ReadPayload>): ReadSession {
  const history = kept ? historyFor(save.payload, kept) : startHistory(save.payload);
  return { save, history, lastEdit: null, told: { taken: [], outdated: [] } };
}

/** The kept history leads up to what is shown; what was changed elsewhere meanwhile is one more step. */
function historyFor(payload: ReadPayload, kept: History<ReadPayload>): History<ReadPayload> {
  return samePayload(kept.present, payload) ? { ...kept, present: payload } : record(kept, payload);
}

export function reduceSession(session: ReadSession, event: SessionEvent): ReadSession {
  switch (event.type) {
    case "edit":
      return event.toldAs === undefined ? edited(session, event) : editedAsTold(session, event, event.toldAs);
    case "undo":
      return showing(session, undo(session.history), event.at_ms);
    case "redo":
      return showing(session, redo(session.history), event.at_ms);
    case "save":
      return afterSave(session, event.event);
    case "restarted":
      return { ...startSession(event.save, event.history), told: session.told };
  }
}

type Edited = Extract<SessionEvent, { type: "edit" }>;

function editedAsTold(session: ReadSession, event: Edited, name: string): ReadSession {
  const { taken, outdated } = session.told;
  if (taken.includes(name) || outdated.includes(name)) return session;
  const withName = (names: string[]) => [...names, name].slice(-KEPT_NAMES);
  if (isOutdated(session.history.present, event.edit)) {
    return { ...session, told: { taken, outdated: withName(outdated) } };
  }
  return { ...edited(session, event), told: { taken: withName(taken), outdated } };
}

/** A stroke names the version that it makes: on another one than it was drawn on, it would undo what came between. */
function isOutdated({ findings }: ReadPayload, edit: Edit): boolean {
  if (edit.type !== "segment_painted") return false;
  const now = versionOf(markIn(findings, edit.id)?.geometry);
  return now !== edit.base && now !== versionOf(edit.change.geometry);
}

function versionOf(geometry: MarkGeometry | undefined): string | undefined {
  return geometry && isSegment(geometry) ? geometry.sha256 : undefined;
}

function edited(session: ReadSession, { edit, at_ms }: Edited): ReadSession {
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
  return { ...session, save, history, lastEdit: null };
}

function afterSave(session: ReadSession, event: AutosaveEvent): ReadSession {
  const save = reduceAutosave(session.save, event);
  if (save.payload === session.save.payload) return { ...session, save };
  // Another version is a step like any other, so that undo leads back from it; from a merge to theirs, then to mine.
  const { conflict } = session.save;
  const before =
    event.type === "merged" && conflict ? record(session.history, conflict.payload) : session.history;
  return { ...session, save, history: record(before, save.payload), lastEdit: null };
}
