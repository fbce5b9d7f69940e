import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { planQuery, planVersionsQuery, savePlan } from "@/api/analysisPlans";
import { Problem } from "@/api/problem";
import type { Plan, PlanVersion } from "@/domain/analysisPlan";
import { useFresh, useStudyChange } from "../parts";
import type { PlanDraft } from "./usePlanDraft";

interface Sent {
  plan: Plan;
  base: number;
  why?: string;
}

function lockedOf(error: unknown): { number: number; detail: string } | null {
  if (!(error instanceof Problem) || error.code !== "plan_locked") return null;
  return { number: Number(error.document.plan), detail: error.message };
}

/** How a draft is kept, version by version; where there is a newer one nothing is overwritten, and both can be kept. */
export function usePlanSaving(readerStudyId: string, draft: PlanDraft, from: number, reason: string) {
  const queryClient = useQueryClient();
  const [base, setBase] = useState(from);
  const fresh = useFresh(planVersionsQuery(readerStudyId));
  const saving = useStudyChange(readerStudyId, ({ plan, base, why }: Sent) =>
    savePlan(readerStudyId, plan, base, why ?? reason),
  );
  const onSuccess = (saved: PlanVersion, { plan }: Sent) => {
    draft.markSaved(plan);
    setBase(saved.number);
  };
  const newest = async () => (await fresh())[0]?.number ?? 0;
  return {
    base,
    /** The version that somebody locked while this was written; null where nobody did. */
    locked: lockedOf(saving.error),
    /** Keeps what is here as an amendment of the locked version. */
    amend: (number: number, why: string) =>
      saving.mutate({ plan: draft.plan, base: number, why }, { onSuccess }),
    isPending: saving.isPending,
    error: saving.error,
    save: () => saving.mutate({ plan: draft.plan, base }, { onSuccess }),
    /** What is stored in the place of what is here; undo brings that back. */
    load: async () => {
      const number = await newest();
      const stored = await queryClient.fetchQuery(planQuery(readerStudyId, number));
      draft.edit(stored);
      draft.markSaved(stored);
      setBase(number);
      saving.reset();
    },
    /** What is here as the version after the newest. */
    overwrite: async () => saving.mutateAsync({ plan: draft.plan, base: await newest() }, { onSuccess }),
  };
}
