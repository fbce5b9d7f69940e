import { Button, Group, Loader, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { PlanReading } from "@/api/analysisPlans";
import { isError } from "@/domain/analysisPlan";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { AmendmentReason } from "../protocol/AmendmentReason";
import { SaveRefused } from "../SaveRefused";
import { findingsOf } from "./fields";
import { LockedMeanwhile } from "./LockedMeanwhile";
import { LockPanel } from "./LockPanel";
import type { PlanEditorProps } from "./PlanEditor";
import { PlanWords } from "./PlanWords";
import type { PlanDraft } from "./usePlanDraft";
import type { usePlanSaving } from "./usePlanSaving";

interface PlanBesideProps extends PlanEditorProps {
  draft: PlanDraft;
  saving: ReturnType<typeof usePlanSaving>;
  reading: UseQueryResult<PlanReading>;
  /** Whether the reading is of what stands in the fields. */
  isRead: boolean;
  reason: string;
  onReason: (reason: string) => void;
}

/** What the plan says as it stands, and what is done with it as a whole. */
export function PlanBeside(props: PlanBesideProps) {
  const { readerStudy, facts, draft, saving, reading, isRead, isAmendment, reason } = props;
  const { base } = saving;
  const findings = findingsOf(reading.data);
  const errors = findings.filter(isError).length;
  return (
    <Section
      title="The plan in words"
      about={standText(base, draft.isDirty)}
      actions={!isRead && !reading.error && <Loader size="xs" role="status" aria-label="Being read" />}
    >
      <Stack gap="sm">
        {isAmendment && (
          <AmendmentReason
            label="Reason of the amendment"
            about="Kept with the version and named in every result."
            value={reason}
            onChange={props.onReason}
          />
        )}
        <Buttons {...props} />
        {saving.locked && (
          <LockedMeanwhile
            readerStudy={readerStudy}
            locked={saving.locked}
            saving={saving}
            onReason={props.onReason}
          />
        )}
        {saving.error && !saving.locked && (
          <SaveRefused
            error={saving.error}
            title="The draft was not saved"
            onLoad={saving.load}
            onOverwrite={saving.overwrite}
          />
        )}
        {base > 0 && !reading.error && (
          <LockPanel
            // What was asked about is not what is there after a change.
            key={`${base} ${draft.isDirty}`}
            readerStudy={readerStudy}
            number={base}
            facts={facts}
            obstacle={obstacle(draft.isDirty, isRead, errors)}
            warnings={findings.length - errors}
            isAmendment={isAmendment}
            onLocked={props.onLocked}
          />
        )}
      </Stack>
      {reading.error && (
        <ErrorNotice
          error={reading.error}
          title="The plan could not be read"
          onRetry={() => void reading.refetch()}
        />
      )}
      {reading.data && !reading.error && <PlanWords reading={reading.data} hasFields />}
    </Section>
  );
}

function Buttons({ draft, saving, isAmendment, reason, onClose }: PlanBesideProps) {
  return (
    <Group gap="xs">
      <Button
        disabled={!draft.isDirty || (isAmendment && reason.trim() === "")}
        loading={saving.isPending}
        onClick={saving.save}
      >
        {draft.isDirty ? "Save the draft" : "Saved"}
      </Button>
      <Button.Group>
        <Button variant="default" disabled={!draft.undo} onClick={draft.undo} title="Ctrl Z">
          Undo
        </Button>
        <Button variant="default" disabled={!draft.redo} onClick={draft.redo} title="Ctrl Shift Z">
          Redo
        </Button>
      </Button.Group>
      {onClose && (
        <Button variant="subtle" color="gray" onClick={onClose}>
          {draft.isDirty ? "Drop the changes" : "Leave it"}
        </Button>
      )}
    </Group>
  );
}

function standText(base: number, isDirty: boolean): string {
  if (base === 0) return "Not saved yet.";
  return isDirty ? `Version ${base} with changes that are not saved yet.` : `Version ${base}, saved.`;
}

function obstacle(isDirty: boolean, isRead: boolean, errors: number): string | null {
  if (isDirty) return "Save it to lock it.";
  if (!isRead) return "It is being read.";
  return errors > 0 ? "It can be locked once it has no error." : null;
}
