import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { clinicalTextsQuery, putClinicalTexts } from "@/api/clinicalTexts";
import { Problem } from "@/api/problem";
import { changedSince, reversed, type TextStep, toStore } from "@/domain/clinicalTexts";
import { useStudyChange } from "../parts";

interface Sending {
  step: TextStep;
  /** Whether texts are stored that may say who the patient is. */
  isAccepted: boolean;
  /** Whether it takes something back, or does it once more. */
  isAgain: boolean;
  /** Steps that can be undone and done again, once it is stored. */
  past: TextStep[];
  future: TextStep[];
}

export interface TextStoring {
  store: (step: TextStep, isAccepted: boolean) => Promise<unknown>;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  /** What was stored last, while it can be undone. */
  last: TextStep | undefined;
  isPending: boolean;
  /** Why what was typed or imported was not stored. */
  error: unknown;
  /** Why it was not taken back, or not done once more. */
  againError: unknown;
  reset: () => void;
}

/** Storing clinical texts, with an undo of its own: the words from before are stored as a new version. */
export function useTextStoring(readerStudyId: string): TextStoring {
  const queryClient = useQueryClient();
  const [past, setPast] = useState<TextStep[]>([]);
  const [future, setFuture] = useState<TextStep[]>([]);
  const saving = useStudyChange(
    readerStudyId,
    async (sending: Sending) => {
      const { texts } = await queryClient.ensureQueryData(clinicalTextsQuery(readerStudyId));
      const { step, isAccepted } = sending;
      const changed = changedSince(step, texts);
      if (changed !== undefined) throw stale(changed);
      const stored = await putClinicalTexts(readerStudyId, {
        texts: toStore(step, texts),
        accept_warnings: isAccepted,
        reason: step.reason,
      });
      return { stored, sending };
    },
    ({ stored, sending }) => {
      queryClient.setQueryData(clinicalTextsQuery(readerStudyId).queryKey, stored);
      setPast(sending.past);
      setFuture(sending.future);
    },
  );
  const last = past.at(-1);
  const next = future[0];
  const again = (step: TextStep, steps: Pick<Sending, "past" | "future">) =>
    // What was stored once was looked at then.
    saving.mutate({ step, isAccepted: true, isAgain: true, ...steps });
  const isAgain = saving.variables?.isAgain ?? false;
  return {
    store: (step, isAccepted) =>
      saving.mutateAsync({ step, isAccepted, isAgain: false, past: [...past, step], future: [] }),
    undo: last && (() => again(reversed(last), { past: past.slice(0, -1), future: [last, ...future] })),
    redo: next && (() => again(next, { past: [...past, next], future: future.slice(1) })),
    last,
    isPending: saving.isPending,
    error: isAgain ? null : saving.error,
    againError: isAgain ? saving.error : null,
    reset: saving.reset,
  };
}

/** What the server says too, when the change reaches it before this page. */
function stale(name: string): Problem {
  const detail = `The text of ${name} has been changed since. Look at its versions.`;
  return new Problem({ title: "Conflict", status: 409, code: "stale_clinical_texts", detail });
}
