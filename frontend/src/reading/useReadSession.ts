import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { type Read, saveDraft } from "@/api/reading";
import { type Autosave, canSend, localCopy, needsLocalCopy, reduceAutosave } from "@/domain/autosave";
import type { Edit } from "@/domain/edits";
import { type ReadSession, reduceSession, type SessionEvent, startSession } from "@/domain/session";
import { forget, keep } from "./localReads";
import { eventOfFailure, pauseBefore_ms, requestOf } from "./saver";
import { useActiveTime } from "./useActiveTime";

// Long enough to gather a burst of edits, short enough to be saved within a second of the last one.
const QUIET_MS = 500;

export interface ReadSessionHandle {
  session: ReadSession;
  edit: (edit: Edit) => void;
  undo: () => void;
  redo: () => void;
  takeTheirs: () => void;
  keepMine: () => void;
  restoreSetAside: () => void;
  dispatch: (event: SessionEvent) => void;
  activeMs: () => number;
  /** The browser refused to keep a copy (no space, private window): closing the page would lose unsent work. */
  isKeptLocally: boolean;
}

/** While signing only a draft that is already on its way is finished; once signed nothing is sent. */
export type Hold = "none" | "signing" | "signed";

/** A read in the making: every edit shown at once, kept in the browser at once, and saved within a second. */
export function useReadSession(
  read: Read,
  personId: string,
  initial: Autosave,
  hold: Hold,
): ReadSessionHandle {
  const [session, dispatch] = useReducer(reduceSession, initial, startSession);
  const activeMs = useActiveTime(read.active_ms);
  useSending(session.save, dispatch, read, activeMs, hold);
  useLastSend(session.save, read, personId, activeMs, hold);
  const isKeptLocally = useLocalCopy(session.save, read, personId, hold === "signed");
  const edit = useCallback((change: Edit) => dispatch({ type: "edit", edit: change, at_ms: Date.now() }), []);
  return {
    session,
    edit,
    undo: useCallback(() => dispatch({ type: "undo" }), []),
    redo: useCallback(() => dispatch({ type: "redo" }), []),
    takeTheirs: useCallback(() => dispatch({ type: "save", event: { type: "theirs_taken" } }), []),
    keepMine: useCallback(() => dispatch({ type: "save", event: { type: "mine_kept" } }), []),
    restoreSetAside: useCallback(() => dispatch({ type: "save", event: { type: "set_aside_restored" } }), []),
    dispatch,
    activeMs,
    isKeptLocally,
  };
}

type Dispatch = (event: SessionEvent) => void;

function useSending(
  save: Autosave,
  dispatch: Dispatch,
  read: Read,
  activeMs: () => number,
  hold: Hold,
): void {
  const repetitions = useRef(0);
  // Marks a draft as on its way; the effect below puts it on the wire, once.
  const start = useCallback(
    () => dispatch({ type: "save", event: { type: "sent", idempotencyKey: crypto.randomUUID() } }),
    [dispatch],
  );
  const isDue = canSend(save) && (hold === "none" || (hold === "signing" && save.sending !== null));
  const pause_ms = save.obstacle ? pauseBefore_ms(repetitions.current) : QUIET_MS;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new payload or failure starts the pause anew
  useEffect(() => {
    if (!isDue) return;
    const timer = window.setTimeout(start, pause_ms);
    return () => window.clearTimeout(timer);
  }, [isDue, pause_ms, start, save.payload, save.obstacle]);

  const { sending, isWaitingForAnswer } = save;
  useEffect(() => {
    if (!sending || !isWaitingForAnswer) return;
    saveDraft(read.id, requestOf(sending, activeMs())).then(
      (saved) => {
        repetitions.current = 0;
        const event = { type: "stored", revision: saved.revision_number, savedAt: saved.saved_at } as const;
        dispatch({ type: "save", event });
      },
      (error: unknown) => {
        repetitions.current += 1;
        dispatch({ type: "save", event: eventOfFailure(error) });
      },
    );
  }, [sending, isWaitingForAnswer, read.id, activeMs, dispatch]);

  useEffect(() => {
    if (!isDue) return;
    const sendIfHidden = () => document.visibilityState === "hidden" && start();
    document.addEventListener("visibilitychange", sendIfHidden);
    window.addEventListener("online", start);
    return () => {
      document.removeEventListener("visibilitychange", sendIfHidden);
      window.removeEventListener("online", start);
    };
  }, [isDue, start]);
}

/** Leaving the case before the pause is over: send what is left, and drop the browser's copy once it is stored. */
function useLastSend(save: Autosave, read: Read, personId: string, activeMs: () => number, hold: Hold): void {
  const latest = useRef({ save, hold });
  latest.current = { save, hold };
  useEffect(
    () => () => {
      const { save: last, hold: held } = latest.current;
      if (held !== "none" || !canSend(last)) return;
      const left = reduceAutosave(last, { type: "sent", idempotencyKey: crypto.randomUUID() }).sending;
      if (!left || left.payload !== last.payload) return;
      saveDraft(read.id, requestOf(left, activeMs())).then(
        () => forget(personId, read.id),
        // Not stored: the copy stays, the worklist shows it, and opening the case goes on from it.
        () => undefined,
      );
    },
    [read.id, personId, activeMs],
  );
}

function useLocalCopy(save: Autosave, read: Read, personId: string, isFrozen: boolean): boolean {
  const [isKept, setKept] = useState(true);
  const mustKeep = needsLocalCopy(save) && !isFrozen;
  const { id, assignment_id } = read;
  const caseName = read.case.name;
  useEffect(() => {
    const kept = {
      assignmentId: assignment_id,
      caseName,
      keptAt: new Date().toISOString(),
      copy: localCopy(save),
    };
    const done = mustKeep ? keep(personId, id, kept) : forget(personId, id);
    done.then(
      () => setKept(true),
      () => setKept(false),
    );
  }, [mustKeep, save, personId, id, assignment_id, caseName]);
  useEffect(() => {
    if (!mustKeep || isKept) return;
    // Only then, for otherwise closing the page loses nothing and asking would be noise.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [mustKeep, isKept]);
  return isKept;
}
