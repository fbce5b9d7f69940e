import { useEffect, useRef, useState } from "react";
import type { Read } from "@/api/reading";
import { type Autosave, localCopy, needsLocalCopy } from "@/domain/autosave";
import { type History, trimmed } from "@/domain/history";
import type { ReadPayload } from "@/domain/payload";
import { forget, keep, keepHistory } from "./localReads";

// Undo is a comfort: it may cost neither every keystroke a write nor the disk.
const HISTORY_QUIET_MS = 1000;
const HISTORY_CHARACTERS = 2_000_000;

/** Keep unsent work in this browser while this window is the editor; false when the browser cannot. */
export function useLocalCopy(save: Autosave, read: Read, personId: string, isEditor: boolean): boolean {
  const [isKept, setKept] = useState(true);
  const mustKeep = needsLocalCopy(save);
  const { id, assignment_id } = read;
  const caseName = read.case.name;
  useEffect(() => {
    if (!isEditor) return;
    const kept = {
      readId: id,
      assignmentId: assignment_id,
      caseName,
      keptAt: new Date().toISOString(),
      copy: localCopy(save),
    };
    if (mustKeep) {
      keep(personId, id, kept).then(
        () => setKept(true),
        () => setKept(false),
      );
    } else {
      // A copy that cannot be dropped is found to be saved already when it is resumed. And that a deletion went well
      // does not say that there is room again.
      forget(personId, id).catch(() => undefined);
    }
  }, [isEditor, mustKeep, save, personId, id, assignment_id, caseName]);
  return isKept;
}

/** Keep the way back and forth, so that undo outlives a reload; what fails to be kept is only a comfort lost. */
export function useLocalHistory(
  history: History<ReadPayload>,
  readId: string,
  personId: string,
  isEditor: boolean,
): void {
  const newest = useRef(history);
  newest.current = history;
  useEffect(() => {
    if (!isEditor || (history.past.length === 0 && history.future.length === 0)) return;
    const write = () =>
      void keepHistory(personId, readId, trimmed(newest.current, HISTORY_CHARACTERS)).catch(() => undefined);
    const timer = window.setTimeout(write, HISTORY_QUIET_MS);
    const writeIfHidden = () => document.visibilityState === "hidden" && write();
    document.addEventListener("visibilitychange", writeIfHidden);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", writeIfHidden);
    };
  }, [history, readId, personId, isEditor]);
}

/** Ask before the page is closed with work that the server does not have. */
export function useLeaveWarning(isUnsent: boolean): void {
  useEffect(() => {
    if (!isUnsent) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUnsent]);
}
