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
  | { reason: "refused"; code: string; detail: string };

export interface Conflict {
  revision: number;
  payload: ReadPayload;
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
  /** The reader's own version after they took the server's; kept until they bring it back or sign. */
  setAside: ReadPayload | null;
}

export type AutosaveEvent =
  | { type: "edited"; payload: ReadPayload }
  | { type: "sent"; idempotencyKey: string }
  | { type: "stored"; revision: number; savedAt: string }
  | { type: "stale"; revision: number; payload: ReadPayload }
  /** The server has frozen exactly this as the first read; the read goes on from it. */
  | { type: "first_read_frozen"; payload: ReadPayload; revision: number; at: string }
  | { type: "obstructed"; obstacle: Obstacle }
  | { type: "theirs_taken" }
  | { type: "mine_kept" }
  | { type: "set_aside_restored" };

export type SaveStatus = "saved" | "saving" | "offline" | "refused" | "conflict";

/** What is kept in the browser so that a reload, a crash or a sign-out loses nothing. */
export interface LocalCopy {
  payload: ReadPayload;
  revision: number;
  sending: Sending | null;
  setAside: ReadPayload | null;
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
    setAside: null,
  };
}

/** Resume from the browser's copy beside what the server holds now. */
export function resumeAutosave(server: Autosave, local: LocalCopy | undefined): Autosave {
  if (!local) return server;
  const beside = { ...server, setAside: local.setAside };
  if (samePayload(local.payload, server.saved)) return beside;
  const resumed = { ...beside, payload: local.payload };
  // An unanswered send may be the very revision the server shows: asking again with its key tells.
  if (local.sending) return { ...resumed, revision: local.sending.baseRevision, sending: local.sending };
  if (local.revision === server.revision) return resumed;
  return { ...resumed, conflict: { revision: server.revision, payload: server.saved } };
}

export function reduceAutosave(state: Autosave, event: AutosaveEvent): Autosave {
  switch (event.type) {
    case "edited":
      return { ...state, payload: event.payload };
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
    case "theirs_taken":
      return afterTheirsTaken(state);
    case "mine_kept":
      return afterMineKept(state);
    case "set_aside_restored":
      return state.setAside ? { ...state, payload: state.setAside, setAside: null } : state;
  }
}

function nextSending(state: Autosave, idempotencyKey: string): Sending {
  return state.sending ?? { idempotencyKey, baseRevision: state.revision, payload: state.payload };
}

function afterStored(state: Autosave, event: { revision: number; savedAt: string }): Autosave {
  if (!state.sending) return state;
  return {
    ...state,
    revision: event.revision,
    saved: state.sending.payload,
    savedAt: event.savedAt,
    sending: null,
    isWaitingForAnswer: false,
    obstacle: null,
    refused: null,
  };
}

function afterStale(state: Autosave, event: { revision: number; payload: ReadPayload }): Autosave {
  const settled = { ...state, sending: null, isWaitingForAnswer: false, obstacle: null };
  // The other tab wrote what we have: nothing to decide.
  if (samePayload(event.payload, state.payload)) {
    return { ...settled, revision: event.revision, saved: event.payload };
  }
  return { ...settled, conflict: { revision: event.revision, payload: event.payload } };
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

function afterTheirsTaken(state: Autosave): Autosave {
  if (!state.conflict) return state;
  const taken = startAutosave(state.conflict.payload, state.conflict.revision, null);
  return { ...taken, setAside: state.payload };
}

function afterMineKept(state: Autosave): Autosave {
  if (!state.conflict) return state;
  return { ...state, revision: state.conflict.revision, saved: state.conflict.payload, conflict: null };
}

/** Whether something is still to be sent. */
export function hasUnsaved(state: Autosave): boolean {
  return state.sending !== null || !samePayload(state.payload, state.saved);
}

/** Whether the next draft may go out now. */
export function canSend(state: Autosave): boolean {
  const isRefused =
    state.refused !== null && state.sending === null && samePayload(state.refused, state.payload);
  return !state.isWaitingForAnswer && state.conflict === null && !isRefused && hasUnsaved(state);
}

/** The one word shown to the reader. */
export function saveStatus(state: Autosave): SaveStatus {
  if (state.conflict) return "conflict";
  if (state.obstacle) return state.obstacle.reason === "refused" ? "refused" : "offline";
  return hasUnsaved(state) ? "saving" : "saved";
}

export function localCopy(state: Autosave): LocalCopy {
  return {
    payload: state.payload,
    revision: state.revision,
    sending: state.sending,
    setAside: state.setAside,
  };
}

/** Whether the browser must go on keeping a copy: something is unsent, or a version was set aside. */
export function needsLocalCopy(state: Autosave): boolean {
  return hasUnsaved(state) || state.setAside !== null;
}
