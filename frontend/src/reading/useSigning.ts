import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { arbitrationQuery, READS_CHANGED } from "@/api/arbitration";
import { Problem } from "@/api/problem";
import type { FirstReadFrozen, Read, ReadSigned } from "@/api/reading";
import type { Question } from "@/domain/labelSchema";
import type { ReadPayload } from "@/domain/payload";
import { type Gap, gapsBeforeSigning, unaskedAnswers, withoutUnasked } from "@/domain/validation";
import { browserName } from "./browserName";
import { focusOn } from "./gapFocus";
import { eventOfFailure, noticedIn, requestOf } from "./saver";
import { freezeFirstRead, signRead } from "./segments/sendRead";
import type { ReadSessionHandle } from "./useReadSession";
import { isLockedOut, type Signature, useSignature } from "./useSignature";

/** What ends the phase that the read is in: freezing the first of two reads, or signing. */
export type Step = "FREEZE" | "SIGN";

export interface Signing {
  step: Step;
  gaps: Gap[];
  /** Questions whose answers are left out of what is signed: other answers have taken them off the form. */
  leftOut: Question[];
  /** Whether the reader has tried to sign, so that what is missing may be pointed out. */
  hasTried: boolean;
  isSigning: boolean;
  error: unknown;
  signature: Signature;
  /** Sign; without the password the key leads to its field. */
  sign: () => void;
}

interface SigningInput {
  read: Read;
  personId: string;
  handle: ReadSessionHandle;
  isSigning: boolean;
  setSigning: (isSigning: boolean) => void;
  /** A stroke is on its way into the read: it is signed with the rest. */
  isDrawing: boolean;
  step: Step;
  /** What keeps it from being signed besides the form. */
  moreGaps: Gap[];
  onSigned: (signed: ReadSigned) => void;
  onFrozen: (frozen: FirstReadFrozen) => void;
}

/** Why nothing was signed, where it was not even asked for: a draft goes out again by itself, a signature does not. */
const UNSENT = "The last change is not on the server yet. Sign again once it says Saved.";
const UNDECIDED = "The read was changed elsewhere too. Decide above what holds, then sign again.";

/** Signing: what is missing first, then a draft on its way, then the signature, repeated safely if unanswered. */
export function useSigning(input: SigningInput): Signing {
  const { read, handle, isSigning, setSigning, isDrawing, step, moreGaps } = input;
  const [hasTried, setHasTried] = useState<Step | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { payload } = handle.session.save;
  const { edit } = handle;
  const { questions } = read.label_schema;
  const gaps = [...gapsBeforeSigning(questions, payload), ...moreGaps];
  const firstGap = gaps[0]?.field;
  const signature = useSignature(read.signature_meanings);
  const send = useSignRequest({ ...input, signature, setError });
  const { field, password } = signature;
  const sign = useCallback(() => {
    setHasTried(step);
    setError(null);
    // Also where something is missing: who types the password at once must not answer questions with its letters.
    if (step === "SIGN" && password === "") {
      field.current?.focus();
      return;
    }
    if (firstGap !== undefined) return focusOn(firstGap);
    const signed = withoutUnasked(questions, payload);
    if (signed !== payload) edit({ type: "unasked_left_out", payload: signed });
    setSigning(true);
  }, [firstGap, setSigning, step, password, field, questions, payload, edit]);
  const { sending, obstacle, conflict } = handle.session.save;
  useEffect(() => {
    if (!isSigning) return;
    if (conflict || (sending && obstacle)) {
      setError(new Error(conflict ? UNDECIDED : UNSENT));
      setSigning(false);
    } else if (!sending && !isDrawing) send();
  }, [isSigning, isDrawing, sending, obstacle, conflict, send, setSigning]);
  const leftOut = unaskedAnswers(questions, payload);
  return { step, gaps, leftOut, hasTried: hasTried === step, isSigning, error, signature, sign };
}

/** The read is further than this page knows, for example through another window: it has to be loaded again. */
const MOVED_ON: ReadonlySet<string> = new Set(["wrong_state", "first_read_frozen", "first_read_not_frozen"]);

interface RequestInput extends Omit<SigningInput, "isSigning" | "isDrawing" | "moreGaps"> {
  signature: Signature;
  setError: (error: unknown) => void;
}

function useSignRequest(input: RequestInput): () => void {
  const { read, personId, handle, setSigning, step, onSigned, onFrozen, signature, setError } = input;
  const { password, meaning, settled } = signature;
  const client = useQueryClient();
  const attempt = useRef<{ payload: ReadPayload; key: string } | null>(null);
  const isUnderWay = useRef(false);
  const { save } = handle.session;
  const { save: onEvent, sitting } = handle;
  return useCallback(() => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    // The same content keeps its key, so that a signature whose answer was lost is not made twice.
    if (attempt.current?.payload !== save.payload) {
      attempt.current = { payload: save.payload, key: crypto.randomUUID() };
    }
    const sending = {
      idempotencyKey: attempt.current.key,
      baseRevision: save.revision,
      payload: save.payload,
    };
    const onFailure = (error: unknown) => {
      settled(error);
      if (isLockedOut(error)) {
        setError(error);
        return;
      }
      const event = eventOfFailure(error);
      if (event.type === "obstructed") {
        setError(error);
        // What only keeps it from arriving is said where saving is; signing again is then one key.
        onEvent({ type: "noticed", obstacle: noticedIn(error) });
      } else onEvent(event);
      if (error instanceof Problem && MOVED_ON.has(error.code)) {
        void client.invalidateQueries({ queryKey: ["assignments", read.assignment_id, "read"] });
      }
      if (error instanceof Problem && error.code === READS_CHANGED) {
        void client.invalidateQueries({ queryKey: arbitrationQuery(read).queryKey });
      }
    };
    const request = requestOf(sending, browserName(), sitting.report());
    const freeze = async () => {
      const frozen = await freezeFirstRead(personId, read.id, request);
      const { revision_number: revision, first_read_at: at } = frozen;
      onEvent({ type: "first_read_frozen", payload: save.payload, revision, at });
      onFrozen(frozen);
    };
    const sign = async () => {
      const signed = await signRead(personId, read.id, { ...request, password, meaning });
      settled(null);
      void client.invalidateQueries({ queryKey: ["reader-studies"] });
      onSigned(signed);
    };
    (step === "FREEZE" ? freeze() : sign())
      .then(() => {
        // The next phase may end with the same content, but that is another act with a key of its own.
        attempt.current = null;
      }, onFailure)
      .finally(() => {
        isUnderWay.current = false;
        setSigning(false);
      });
  }, [
    read,
    personId,
    save,
    onEvent,
    sitting,
    client,
    step,
    onSigned,
    onFrozen,
    setSigning,
    password,
    meaning,
    settled,
    setError,
  ]);
}
