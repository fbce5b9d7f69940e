import { useRef } from "react";
import { designQuery, putDesign } from "@/api/designs";
import { isStale } from "@/api/problem";
import { type Design, type DesignChange, redone } from "@/domain/designs";
import { useFresh, useStudyChange } from "../parts";

/**
 * The changes of a design on their way to the server, each made from the one before. Where the design was changed
 * elsewhere meanwhile, what was entered here goes on being shown until it is made to what is stored now, or dropped.
 */
export function useDesignSaving(readerStudyId: string, stored: Design | undefined) {
  /** What the oldest change that is not stored was made from. */
  const oldest = useRef<Design | undefined>(undefined);
  const saving = useStudyChange(
    readerStudyId,
    ({ design, base }: DesignChange) => putDesign(readerStudyId, design, base),
    (now) => {
      oldest.current = now.design;
    },
    "design",
  );
  const fresh = useFresh(designQuery(readerStudyId));
  const kept = saving.isPending || isStale(saving.error) ? saving.variables : undefined;
  const design = kept?.design ?? stored;
  return {
    /** A choice shows at once; a refusal for another reason puts it back and says why. */
    design,
    error: saving.error,
    change: (changed: Design) => {
      if (!design) return;
      if (!kept) oldest.current = design;
      const base = isStale(saving.error) ? oldest.current : design;
      saving.mutate({ design: changed, base: base ?? design });
    },
    /** Makes what was entered here to what is stored now. */
    redo: async () => {
      if (!kept) return;
      const { design: now } = await fresh();
      const changes = { ...kept, base: oldest.current ?? kept.base };
      oldest.current = now;
      await saving.mutateAsync({ design: redone(changes, now), base: now });
    },
    /** Shows what is stored now in its place. */
    drop: async () => {
      await fresh();
      saving.reset();
    },
  };
}
