import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import type { Read, ReadSigned } from "@/api/reading";
import type { Question } from "@/domain/labelSchema";
import type { ReadPayload } from "@/domain/payload";
import { type Gap, gapsBeforeSigning } from "@/domain/validation";
import { browserName } from "./browserName";
import { eventOfFailure, noticedIn, requestOf } from "./saver";
import { signRead } from "./segments/sendRead";
import type { ReadSessionHandle } from "./useReadSession";

export interface Signing {
  gaps: Gap[];
  /** Whether the reader has tried to sign, so that what is missing may be pointed out. */
  hasTried: boolean;
  isSigning: boolean;
  error: unknown;
  sign: () => void;
}

interface SigningInput {
  read: Read;
  handle: ReadSessionHandle;
  isSigning: boolean;
  setSigning: (isSigning: boolean) => void;
  onSigned: (signed: ReadSigned) => void;
}

/** Signing: what is missing first, then a draft on its way, then the signature, repeated safely if unanswered. */
export function useSigning({ read, handle, isSigning, setSigning, onSigned }: SigningInput): Signing {
  const [hasTried, setHasTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { payload } = handle.session.save;
  const gaps = gapsBeforeSigning(read.label_schema.questions as Question[], payload);
  const isComplete = gaps.length === 0;
  const send = useSignRequest({ read, handle, setSigning, onSigned, setError });
  const sign = useCallback(() => {
    setHasTried(true);
    setError(null);
    if (isComplete) setSigning(true);
  }, [isComplete, setSigning]);
  const { sending, obstacle, conflict } = handle.session.save;
  useEffect(() => {
    if (!isSigning) return;
    if (conflict || (sending && obstacle)) setSigning(false);
    else if (!sending) send();
  }, [isSigning, sending, obstacle, conflict, send, setSigning]);
  return { gaps, hasTried, isSigning, error, sign };
}

interface RequestInput extends Omit<SigningInput, "isSigning"> {
  setError: (error: unknown) => void;
}

function useSignRequest({ read, handle, setSigning, onSigned, setError }: RequestInput): () => void {
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
      const event = eventOfFailure(error);
      if (event.type === "obstructed") {
        setError(error);
        // What only keeps it from arriving is said where saving is; signing again is then one key.
        onEvent({ type: "noticed", obstacle: noticedIn(error) });
      } else onEvent(event);
      if (error instanceof Problem && error.code === "wrong_state") {
        void client.invalidateQueries({ queryKey: ["assignments", read.assignment_id, "read"] });
      }
    };
    signRead(read.id, requestOf(sending, browserName(), sitting.report()))
      .then((signed) => {
        void client.invalidateQueries({ queryKey: ["reader-studies"] });
        onSigned(signed);
      }, onFailure)
      .finally(() => {
        isUnderWay.current = false;
        setSigning(false);
      });
  }, [read, save, onEvent, sitting, client, onSigned, setSigning, setError]);
}
