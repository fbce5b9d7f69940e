import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { takeTurn } from "@/api/opening";
import type { Editing } from "@/domain/editing";
import { EditorTurn, type EditorTurnOptions } from "./editorTurn";

export interface Editor {
  editing: Editing;
  /** At this very moment, which may not be drawn yet. */
  now: RefObject<Editing>;
  takeOver: () => void;
  lost: (since: string | null) => void;
  askNow: () => void;
}

type EditorInput = Omit<EditorTurnOptions, "onChange" | "onYield" | "given">;

/** Ask for the turn at this read while it is on the screen and not signed. */
export function useEditor(input: EditorInput, isWanted: boolean): Editor {
  const [editing, setEditing] = useState<Editing>({ is: "asking" });
  const now = useRef(editing);
  const turn = useRef<EditorTurn | null>(null);
  const newest = useRef(input);
  newest.current = input;
  const { readId } = input;
  useEffect(() => {
    if (!isWanted) return;
    const made = new EditorTurn({
      readId,
      given: takeTurn(readId),
      report: () => newest.current.report(),
      isCurrent: (revision) => newest.current.isCurrent(revision),
      reload: () => newest.current.reload(),
      written: () => newest.current.written(),
      lastWords: () => newest.current.lastWords(),
      onAnswer: (error) => newest.current.onAnswer(error),
      onPriors: (shown) => newest.current.onPriors(shown),
      onFrozen: () => newest.current.onFrozen(),
      onYield: () => {
        now.current = { is: "elsewhere", where: "browser", since: null };
      },
      onChange: (editing) => {
        now.current = editing;
        setEditing(editing);
      },
    });
    turn.current = made;
    const leave = () => made.stop();
    // A page that the browser brings back as it was has lost its turn.
    const comeBack = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", comeBack);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", comeBack);
      made.stop();
    };
  }, [readId, isWanted]);
  return {
    editing,
    now,
    takeOver: useCallback(() => void turn.current?.takeOver(), []),
    askNow: useCallback(() => turn.current?.askNow(), []),
    lost: useCallback((since: string | null) => turn.current?.lost(since), []),
  };
}
