import { applyEdit, type Edit } from "./edits";
import { mergePayloads } from "./mergePayload";
import { type ReadPayload, samePayload } from "./payload";

/** A draft on its way. It is sent again unchanged, with its key, until the server has answered it. */
export interface Sending {
  idempotencyKey: string;
  baseRevision: number;
  payload: ReadPayload;
}

/** Why the last attempt did not arrive. All but `refused` are tried again by themselves. */
export type Obstacle =
  | { reason: "unreachable" }
  | { reason: "signed_out" }
  | { reason: "other_account" }
  | { reason: "refused"; code: string; detail: string };

/** The server has moved on: its version, and the one that both versions came from. */
export interface Conflict {
  revision: number;
  payload: ReadPayload;
  base: ReadPayload;
}

/** The reader's own version from before a merge, kept until they bring it back or let it go. */
export interface SetAside {
  payload: ReadPayload;
  at: string;
}

export interface Autosave {
  /** What the reader sees and edits. */
  payload: ReadPayload;
  /** The newest revision the server is known to hold, and its content. */
  revision: number;
  saved: ReadPayload;
  savedAt: string | null;
  /** Sent and not yet answered: perhaps stored, perhaps not. */
  sending: Sending | null;
  isWaitingForAnswer: boolean;
  obstacle: Obstacle | null;
  conflict: Conflict | null;
  /** Content that the server refused; it is not sent again until it has changed. */
  refused: ReadPayload | null;
  setAside: SetAside[];
  /** When the oldest change was made that the server does not have, and when the newest. */
  unsentSince: string | null;
  editedAt: string | null;
}

export type AutosaveEvent =
  | { type: "edited"; payload: ReadPayload; at: string }
  | { type: "sent"; idempotencyKey: string }
  | { type: "stored"; revision: number; savedAt: string }
  | ({ type: "stale" } & Conflict)
  /** The server has frozen exactly this as the first read; the read goes on from it. */
  | { type: "first_read_frozen"; payload: ReadPayload; revision: number; at: string }
  | { type: "obstructed"; obstacle: Obstacle }
  /** What another request has found out about the server: an obstacle, or that it answers again. */
  | { type: "noticed"; obstacle: Obstacle | null }
  /** The server refused it because another window or device edits the read now; it was not stored. */
  | { type: "held_elsewhere" }
  | { type: "merged"; payload: ReadPayload; at: string }
  | { type: "set_aside_restored"; index: number; at: string }
  | { type: "set_aside_dropped"; index: number };

export type SaveStatus = "saved" | "saving" | "offline" | "signed_out" | "refused" | "conflict";

/** What is kept in the browser so that a reload, a crash or a sign-out loses nothing. */
export interface LocalCopy {
  payload: ReadPayload;
  revision: number;
  sending: Sending | null;
  setAside: SetAside[];
  unsentSince: string | null;
}

export function startAutosave(payload: ReadPayload, revision: number, savedAt: string | null): Autosave {
  return {
    payload,
    revision,
    saved: payload,
    savedAt,
    sending: null,
    isWaitingForAnswer: false,
    obstacle: null,
    conflict: null,
    refused: null,
    setAside: [],
    unsentSince: null,
    editedAt: null,
  };
}

/** Resume from the browser's copy beside what the server holds now. */
export function resumeAutosave(server: Autosave, local: LocalCopy | undefined): Autosave {
  if (!local) return server;
  const beside = { ...server, setAside: local.setAside };
  // An unanswered draft may be stored, or may still arrive: only asking again with its key tells.
  if (!local.sending && samePayload(local.payload, server.saved)) return beside;
  // An older base is for the server to refuse: its answer brings all that a merge needs.
  return {
    ...beside,
    payload: local.payload,
    revision: local.sending?.baseRevision ?? local.revision,
    sending: local.sending,
    unsentSince: local.unsentSince,
  };
}

export function reduceAutosave(state: Autosave, event: AutosaveEvent): Autosave {
  switch (event.type) {
    case "edited":
      return afterEdit(state, event.payload, event.at);
    case "sent":
      return { ...state, sending: nextSending(state, event.idempotencyKey), isWaitingForAnswer: true };
    case "stored":
      return afterStored(state, event);
    case "first_read_frozen":
      return { ...state, revision: event.revision, saved: event.payload, savedAt: event.at, obstacle: null };
    case "stale":
      return afterStale(state, event);
    case "obstructed":
      return afterObstacle(state, event.obstacle);
    case "noticed":
      return afterNotice(state, event.obstacle);
    case "held_elsewhere":
      return { ...state, sending: null, isWaitingForAnswer: false, obstacle: null };
    case "merged":
      return afterMerge(state, event.payload, event.at);
    case "set_aside_restored":
      return afterRestored(state, event.index, event.at);
    case "set_aside_dropped":
      return { ...state, setAside: state.setAside.filter((_, index) => index !== event.index) };
  }
}

function afterEdit(state: Autosave, payload: ReadPayload, at: string): Autosave {
  const edited = { ...state, payload, editedAt: at };
  return { ...edited, unsentSince: hasUnsaved(edited) ? (state.unsentSince ?? at) : null };
}

function nextSending(state: Autosave, idempotencyKey: string): Sending {
  return state.sending ?? { idempotencyKey, baseRevision: state.revision, payload: state.payload };
}

function afterStored(state: Autosave, event: { revision: number; savedAt: string }): Autosave {
  if (!state.sending) return state;
  const stored = {
    ...state,
    revision: event.revision,
    saved: state.sending.payload,
    savedAt: event.savedAt,
    sending: null,
    isWaitingForAnswer: false,
    obstacle: null,
    refused: null,
  };
  return { ...stored, unsentSince: hasUnsaved(stored) ? (state.editedAt ?? state.unsentSince) : null };
}

function afterStale(state: Autosave, { revision, payload, base }: Conflict): Autosave {
  const settled = { ...state, sending: null, isWaitingForAnswer: false, obstacle: null };
  // Nothing to decide where one version holds everything that the other has changed: both wrote the same, only one side
  // wrote, or the server has an earlier draft of this very version (sent when the page was left, its answer lost).
  const merge = mergePayloads(base, state.payload, payload);
  if (merge.items.every(({ changedBy }) => changedBy !== "conflict")) {
    if (samePayload(merge.payload, payload))
      return { ...settled, revision, payload, saved: payload, unsentSince: null };
    if (samePayload(merge.payload, state.payload)) return { ...settled, revision, saved: payload };
  }
  return { ...settled, conflict: { revision, payload, base } };
}

function afterObstacle(state: Autosave, obstacle: Obstacle): Autosave {
  if (obstacle.reason !== "refused") return { ...state, obstacle, isWaitingForAnswer: false };
  // A refused draft was not stored, so the next one need not repeat it.
  return {
    ...state,
    obstacle,
    refused: state.sending?.payload ?? null,
    sending: null,
    isWaitingForAnswer: false,
  };
}

/** A draft on its way finds out for itself, and what the server refused does not pass because it answers. */
function afterNotice(state: Autosave, obstacle: Obstacle | null): Autosave {
  if (state.isWaitingForAnswer || state.obstacle?.reason === "refused") return state;
  return state.obstacle?.reason === obstacle?.reason ? state : { ...state, obstacle };
}

// One a conflict is many; a reader who meets more has them in the server's revisions too.
const KEPT_ASIDE = 20;

/** A merge is a new draft on top of the server's version; the reader's own version from before it is set aside. */
function afterMerge(state: Autosave, payload: ReadPayload, at: string): Autosave {
  const { conflict } = state;
  if (!conflict) return state;
  const merged = { ...state, payload, revision: conflict.revision, saved: conflict.payload, conflict: null };
  const isMineWhole = samePayload(payload, state.payload);
  const setAside = isMineWhole ? state.setAside : [...state.setAside, { payload: state.payload, at }];
  const unsentSince = hasUnsaved(merged) ? (state.unsentSince ?? at) : null;
  return { ...merged, setAside: setAside.slice(-KEPT_ASIDE), unsentSince };
}

function afterRestored(state: Autosave, index: number, at: string): Autosave {
  const restored = state.setAside[index];
  if (!restored) return state;
  const setAside = state.setAside.filter((_, other) => other !== index);
  return { ...afterEdit(state, restored.payload, at), setAside };
}

/** Whether something is still to be sent. */
export function hasUnsaved(state: Autosave): boolean {
  return state.sending !== null || !samePayload(state.payload, state.saved);
}

/** How many answers and findings the server does not have as they are here; an unanswered draft is at least one. */
export function unsentCount({ saved, payload, sending }: Autosave): number {
  return Math.max(mergePayloads(saved, payload, saved).items.length, sending ? 1 : 0);
}

/** Whether the next draft may go out now. */
export function canSend(state: Autosave): boolean {
  const isRefused =
    state.refused !== null && state.sending === null && samePayload(state.refused, state.payload);
  return !state.isWaitingForAnswer && state.conflict === null && !isRefused && hasUnsaved(state);
}

const STATUS_OF_OBSTACLE = {
  unreachable: "offline",
  signed_out: "signed_out",
  other_account: "signed_out",
  refused: "refused",
} as const;

/** The one word shown to the reader. */
export function saveStatus(state: Autosave): SaveStatus {
  if (state.conflict) return "conflict";
  if (state.obstacle) return STATUS_OF_OBSTACLE[state.obstacle.reason];
  return hasUnsaved(state) ? "saving" : "saved";
}

export function localCopy(state: Autosave): LocalCopy {
  return {
    payload: state.payload,
    revision: state.revision,
    sending: state.sending,
    setAside: state.setAside,
    unsentSince: state.unsentSince,
  };
}

/** What is kept beside a read that was signed without these edits; nothing where it holds them already. */
export function withLeftOver(
  signed: Autosave,
  kept: LocalCopy | undefined,
  edits: Edit[],
  at: string,
): LocalCopy | undefined {
  const before = kept ?? localCopy(signed);
  const payload = edits.reduce(applyEdit, before.payload);
  if (samePayload(payload, before.payload)) return kept;
  return { ...before, payload, unsentSince: before.unsentSince ?? at };
}

/** Whether the browser must go on keeping a copy: something is unsent, or a version was set aside. */
export function needsLocalCopy(state: Autosave): boolean {
  return hasUnsaved(state) || state.setAside.length > 0;
}
