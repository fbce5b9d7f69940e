import { useCallback, useEffect, useRef } from "react";
import type { Read } from "@/api/reading";
import { whoIsSignedIn } from "@/api/session";
import { type Autosave, type AutosaveEvent, canSend, reduceAutosave } from "@/domain/autosave";
import { browserName } from "./browserName";
import { forget } from "./localReads";
import { eventOfFailureAs, pauseBefore_ms, requestOf } from "./saver";
import { saveDraft } from "./segments/sendRead";
import type { Sitting } from "./useSitting";

// Long enough to gather a burst of edits, short enough to be saved within a second of the last one.
const QUIET_MS = 500;
// Who never pauses is saved all the same.
const LONGEST_UNSENT_MS = 900;

/**
 * While signing only a draft that is already on its way is finished; elsewhere edited, or once signed, nothing is sent.
 */
export type Hold = "none" | "signing" | "elsewhere" | "signed";

interface SendingInput {
  save: Autosave;
  read: Read;
  personId: string;
  sitting: Sitting;
  hold: Hold;
  onEvent: (event: AutosaveEvent) => void;
}

/** Sends drafts in the background, one at a time, each until it is answered; returns how to send one at once. */
export function useSending({ save, read, personId, sitting, hold, onEvent }: SendingInput): () => void {
  const repetitions = useRef(0);
  // Marks a draft as on its way; the effect below puts it on the wire, once.
  const start = useCallback(() => onEvent({ type: "sent", idempotencyKey: crypto.randomUUID() }), [onEvent]);
  const isDue = canSend(save) && (hold === "none" || (hold === "signing" && save.sending !== null));
  const pause_ms = save.obstacle ? pauseBefore_ms(repetitions.current) : QUIET_MS;
  const dueSince_ms = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new payload or failure starts the pause anew
  useEffect(() => {
    if (!isDue) {
      dueSince_ms.current = null;
      return;
    }
    dueSince_ms.current ??= performance.now();
    const left_ms = dueSince_ms.current + LONGEST_UNSENT_MS - performance.now();
    const timer = window.setTimeout(
      start,
      save.obstacle ? pause_ms : Math.min(pause_ms, Math.max(0, left_ms)),
    );
    return () => window.clearTimeout(timer);
  }, [isDue, pause_ms, start, save.payload, save.obstacle]);

  const { sending, isWaitingForAnswer } = save;
  useEffect(() => {
    if (!sending || !isWaitingForAnswer) return;
    saveDraft(personId, read.id, requestOf(sending, browserName(), sitting.report())).then(
      (saved) => {
        repetitions.current = 0;
        onEvent({ type: "stored", revision: saved.revision_number, savedAt: saved.saved_at });
      },
      async (error: unknown) => {
        repetitions.current += 1;
        onEvent(await eventOfFailureAs(personId, error, whoIsSignedIn));
      },
    );
  }, [sending, isWaitingForAnswer, read.id, personId, sitting, onEvent]);

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
  return useCallback(() => {
    if (isDue) start();
  }, [isDue, start]);
}

/** Leaving the case before the pause is over: send what is left, and drop the browser's copy once it is stored. */
export async function sendLast(
  save: Autosave,
  readId: string,
  personId: string,
  sitting: Sitting,
): Promise<void> {
  if (!canSend(save)) return;
  const left = reduceAutosave(save, { type: "sent", idempotencyKey: crypto.randomUUID() }).sending;
  // An older draft still without its answer goes first, and then there is no time for a second.
  if (!left || left.payload !== save.payload) return;
  await saveDraft(personId, readId, requestOf(left, browserName(), sitting.report()));
  if (save.setAside.length === 0) await forget(personId, readId);
}
