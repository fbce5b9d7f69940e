import { Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type PlanFacts, planReadingQuery } from "@/api/analysisPlans";
import type { Plan } from "@/domain/analysisPlan";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import type { PartProps } from "../parts";
import classes from "./AnalysisPlan.module.css";
import { EndpointFields } from "./EndpointFields";
import { PlanBeside } from "./PlanBeside";
import { PopulationFields } from "./PopulationFields";
import { SubjectFields } from "./SubjectFields";
import { usePlanDraft } from "./usePlanDraft";
import { usePlanSaving } from "./usePlanSaving";

const TYPING_PAUSE_MS = 350;

export interface PlanEditorProps extends PartProps {
  facts: PlanFacts;
  start: Plan;
  /** The version that is changed; 0 while there is none. */
  from: number;
  isAmendment: boolean;
  /** Why it is amended, as far as that has been said. */
  firstReason: string;
  onLocked: () => void;
  /** Leaves the amendment; none where nothing else could be shown. */
  onClose: (() => void) | null;
}

/** A plan being written, and beside it what it says, what is wrong with it, and its way to being fixed. */
export function PlanEditor(props: PlanEditorProps) {
  const { readerStudy, facts, start, from, isAmendment } = props;
  const draft = usePlanDraft(start, from === 0 ? null : start);
  const { plan, edit } = draft;
  const [reason, setReason] = useState(props.firstReason);
  const saving = usePlanSaving(readerStudy.id, draft, from, isAmendment ? reason.trim() : "");
  const [asked] = useDebouncedValue(plan, TYPING_PAUSE_MS);
  const reading = useQuery(planReadingQuery(readerStudy.id, asked));
  const fields = { plan, facts, reading: reading.data, onChange: edit };
  return (
    <div className={classes.columns}>
      <UnsavedGuard isDirty={draft.isDirty} />
      <Stack gap="md">
        <PopulationFields {...fields} />
        <SubjectFields {...fields} />
        <EndpointFields {...fields} />
      </Stack>
      <div className={classes.beside}>
        <PlanBeside
          {...props}
          draft={draft}
          saving={saving}
          reading={reading}
          isRead={asked === plan && reading.isSuccess && !reading.isPlaceholderData}
          reason={reason}
          onReason={setReason}
        />
      </div>
    </div>
  );
}
