import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { openRead } from "@/api/opening";
import { type Phase, type Read, readQuery } from "@/api/reading";
import { onSignedOut } from "@/api/send";
import {
  type Autosave,
  type AutosaveEvent,
  hasUnsaved,
  localCopy,
  resumeAutosave,
  startAutosave,
} from "@/domain/autosave";
import { type Editing, takesEdits } from "@/domain/editing";
import type { Edit } from "@/domain/edits";
import type { History } from "@/domain/history";
import type { ReadPayload } from "@/domain/payload";
import { type ReadSession, reduceSession, type SessionEvent, startSession } from "@/domain/session";
import { loadHistory, loadKept, written } from "./localReads";
import { noticedIn } from "./saver";
import { useEditor } from "./useEditor";
import { useLeaveWarning, useLocalCopy, useLocalHistory } from "./useLocalCopy";
import { type Hold, sendLast, useSending } from "./useSending";
import { type Sitting, useSitting } from "./useSitting";

export interface ReadSessionHandle {
  session: ReadSession;
  edit: (edit: Edit) => void;
  /** An edit that another window tells; false when this one may not take it now. */
  editAsTold: (edit: Edit, name: string) => boolean;
  undo: () => void;
  redo: () => void;
  save: (event: AutosaveEvent) => void;
  /** Try at once what waits for its next attempt. */
  sendNow: () => void;
  sitting: Sitting;
  editing: Editing;
  takeOver: () => void;
  /** Which priors the server shows now, by their Study Instance UIDs; null before it has said so. */
  priorsShown: string[] | null;
  /** The browser refused to keep a copy (no space, private window): closing the page would lose unsent work. */
  isKeptLocally: boolean;
}

/** As much of a session as the images need: they may stand in a window that has no session of its own. */
export interface EditedRead extends Pick<ReadSessionHandle, "edit" | "undo" | "redo"> {
  /** The window with the form alone has the history. */
  session: { save: { payload: ReadPayload }; history?: History<ReadPayload> };
}

export interface ReadStart {
  save: Autosave;
  history: History<ReadPayload> | undefined;
}

interface SessionInput {
  read: Read;
  personId: string;
  start: ReadStart;
  state: "reading" | "signing" | "signed";
  /** Times are counted for each phase apart. */
  phase: Phase;
}

/** A read in the making: every edit shown at once, kept in the browser at once, and saved within a second. */
export function useReadSession({ read, personId, start, state, phase }: SessionInput): ReadSessionHandle {
  const [session, dispatch] = useReducer(reduceSession, start, ({ save, history }) =>
    startSession(save, history),
  );
  const sitting = useSitting(phase);
  const turn = useTurn({ read, personId, session, dispatch, sitting, isWanted: state !== "signed" });
  const { editing, takeOver, lost, askNow } = turn;
  const isEditor = editing.is === "editor" && state !== "signed";
  // What this browser keeps is this window's to write also while another device edits.
  const isThisWindows = takesEdits(editing, state === "signed") === "NOW";
  const save = useCallback(
    (event: AutosaveEvent) => {
      if (event.type === "held_elsewhere") lost(null);
      dispatch({ type: "save", event });
    },
    [lost],
  );
  const hold: Hold = state === "signed" ? "signed" : !isEditor ? "elsewhere" : HOLDS[state];
  const sendDue = useSending({ save: session.save, read, personId, sitting, hold, onEvent: save });
  const sendNow = useCallback(() => {
    sendDue();
    askNow();
  }, [sendDue, askNow]);
  const isKeptLocally = useLocalCopy(session.save, read, personId, isThisWindows);
  turn.isKept.current = isKeptLocally;
  useLocalHistory(session.history, read.id, personId, isThisWindows);
  const isWithOtherWindow = editing.is === "elsewhere" && editing.where === "browser" && isKeptLocally;
  useLeaveWarning(hasUnsaved(session.save) && state !== "signed" && !isWithOtherWindow);
  useStayWhenSignedOut(save);
  const { edit, editAsTold, undo, redo } = useEdits(dispatch, sitting, {
    isAllowed: () => turn.takes() === "NOW",
    // What comes from the other window now would not be signed with the rest.
    mayTell: state === "reading",
  });
  const { priorsShown } = turn;
  const edits = { edit, editAsTold, undo, redo };
  return { session, ...edits, save, sendNow, sitting, editing, takeOver, priorsShown, isKeptLocally };
}

const HOLDS = { reading: "none", signing: "signing" } as const;

interface Allowed {
  isAllowed: () => boolean;
  mayTell: boolean;
}

function useEdits(dispatch: (event: SessionEvent) => void, sitting: Sitting, allowed: Allowed) {
  const newest = useRef(allowed);
  newest.current = allowed;
  const make = useCallback(
    (change: Edit, toldAs?: string) => {
      if (!newest.current.isAllowed() || (toldAs !== undefined && !newest.current.mayTell)) return false;
      if (change.type === "finding_added") sitting.note("first_mark_ms");
      dispatch({ type: "edit", edit: change, at_ms: Date.now(), ...(toldAs !== undefined && { toldAs }) });
      return true;
    },
    [dispatch, sitting],
  );
  const edit = useCallback((change: Edit) => void make(change), [make]);
  const undo = useCallback(() => dispatch({ type: "undo", at_ms: Date.now() }), [dispatch]);
  const redo = useCallback(() => dispatch({ type: "redo", at_ms: Date.now() }), [dispatch]);
  return { edit, editAsTold: make, undo, redo };
}

interface TurnInput {
  read: Read;
  personId: string;
  session: ReadSession;
  dispatch: (event: SessionEvent) => void;
  sitting: Sitting;
  isWanted: boolean;
}

/** The turn at this read, and loading it anew when another window had it meanwhile. */
function useTurn({ read, personId, session, dispatch, sitting, isWanted }: TurnInput) {
  const client = useQueryClient();
  const newest = useRef(session.save);
  newest.current = session.save;
  const isKept = useRef(true);
  const [priorsShown, setPriorsShown] = useState<string[] | null>(null);
  const afterDrawing = useAfterDrawing();
  const query = readQuery(read.assignment_id);
  const reload = async () => {
    const kept = await loadKept(personId, read.id).catch(() => undefined);
    // Where the browser keeps nothing, what is on this screen is all there is of the unsent work.
    const own = hasUnsaved(newest.current) ? localCopy(newest.current) : undefined;
    const server = await openRead(read.assignment_id).then(
      (again) => {
        // Signed, or the first read frozen, in the other window: what is shown and allowed has changed.
        if (again.signed_at || again.phase !== read.phase) client.setQueryData(query.queryKey, again);
        return startAutosave(again.payload, again.revision_number, again.saved_at);
      },
      () => ({ ...newest.current, payload: newest.current.saved, sending: null, conflict: null }),
    );
    const save = resumeAutosave(server, isKept.current ? kept?.copy : own);
    const history = await loadHistory(personId, read.id).catch(() => undefined);
    dispatch({ type: "restarted", save, history });
  };
  const editor = useEditor(
    {
      readId: read.id,
      report: sitting.report,
      isCurrent: (revision) => hasUnsaved(newest.current) || newest.current.revision === revision,
      reload,
      // What was edited up to now is written down once it is drawn.
      written: () => afterDrawing().then(written),
      lastWords: async () => {
        if (isWanted) await sendLast(newest.current, read.id, personId, sitting);
      },
      onAnswer: (error) => dispatch({ type: "save", event: { type: "noticed", obstacle: noticedIn(error) } }),
      onPriors: (shown) => setPriorsShown((before) => (isSameList(before, shown) ? before : shown)),
      onFrozen: () => void client.invalidateQueries({ queryKey: query.queryKey }),
    },
    isWanted,
  );
  const takes = useCallback(() => takesEdits(editor.now.current, !isWanted), [editor.now, isWanted]);
  return { ...editor, isKept, takes, priorsShown };
}

function isSameList(one: string[] | null, other: string[]): boolean {
  return one?.join(" ") === other.join(" ");
}

/** Wait until everything that is dispatched by now has been drawn, with the effects of it. */
function useAfterDrawing(): () => Promise<void> {
  const [asking, setAsking] = useState<(() => void)[]>([]);
  useEffect(() => {
    for (const drawn of asking) drawn();
  }, [asking]);
  return useCallback(() => new Promise<void>((drawn) => setAsking((before) => [...before, drawn])), []);
}

/** A request of the images or of the AI that finds the session gone must not take the page away from unsent work. */
function useStayWhenSignedOut(save: (event: AutosaveEvent) => void): void {
  useEffect(() => onSignedOut(() => save({ type: "noticed", obstacle: { reason: "signed_out" } })), [save]);
}
