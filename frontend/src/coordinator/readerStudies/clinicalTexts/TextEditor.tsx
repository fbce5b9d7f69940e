import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { type CaseClinicalText, clinicalTextsQuery } from "@/api/clinicalTexts";
import { cleaned, lengthOf } from "@/domain/clinicalTexts";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { useFresh } from "../parts";
import { AmendmentReason } from "../protocol/AmendmentReason";
import { SaveRefused } from "../SaveRefused";
import { TextWarnings, warningsOf } from "./TextWarnings";
import type { TextStoring } from "./useTextStoring";

interface TextEditorProps {
  readerStudyId: string;
  row: CaseClinicalText;
  longest: number;
  isAmendment: boolean;
  storing: TextStoring;
  onDirty: (isDirty: boolean) => void;
  onClose: () => void;
}

/** The text of one case while it is typed; Ctrl and Enter store it, Escape leaves it as it was. */
export function TextEditor({ readerStudyId, row, storing, onDirty, onClose, ...rules }: TextEditorProps) {
  const { longest, isAmendment } = rules;
  const fresh = useFresh(clinicalTextsQuery(readerStudyId));
  const [before] = useState(row.text);
  const [text, setText] = useState(row.text);
  const [reason, setReason] = useState("");
  const length = lengthOf(text);
  const isDirty = cleaned(text) !== before;
  const mayStore =
    isDirty && length <= longest && !(isAmendment && reason.trim() === "") && !storing.isPending;
  const store = (isAccepted: boolean) => {
    if (!mayStore) return;
    const step = { edits: [{ case: row.case, before, after: cleaned(text) }], reason: reason.trim() };
    // A refusal stays on the screen, beside the words.
    storing.store(step, isAccepted).then(onClose, () => undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) store(false);
    // What was typed is not lost by a slip.
    if (event.key === "Escape" && !isDirty) onClose();
  };
  const overwrite = async () => {
    const now = (await fresh()).texts.find(({ case_id }) => case_id === row.case_id);
    const step = {
      edits: [{ case: row.case, before: now?.text ?? "", after: cleaned(text) }],
      reason: reason.trim(),
    };
    await storing.store(step, false);
    onClose();
  };
  const load = async () => {
    await fresh();
    onClose();
  };
  const warnings = warningsOf(storing.error);
  return (
    <Stack gap="xs" onKeyDown={onKeyDown}>
      <UnsavedGuard isDirty={isDirty && !storing.isPending} />
      <Textarea
        aria-label={`Clinical text of ${row.case}`}
        autosize
        minRows={3}
        maxRows={16}
        data-autofocus
        autoFocus
        error={length > longest ? `${length} characters; at most ${longest} are stored.` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          onDirty(cleaned(event.currentTarget.value) !== before);
          storing.reset();
        }}
      />
      {warnings && (
        <TextWarnings
          details={warnings.errors.map(({ detail }) => detail)}
          onAccept={() => store(true)}
          isPending={storing.isPending}
        />
      )}
      {storing.error !== null && !warnings && (
        <SaveRefused
          error={storing.error}
          title="The text was not stored"
          onLoad={load}
          onOverwrite={overwrite}
        />
      )}
      <Group align="flex-end">
        {isAmendment && (
          <AmendmentReason
            label="Reason for the change"
            about="Since the launch a change is an amendment of the protocol."
            value={reason}
            onChange={setReason}
          />
        )}
        <Button size="xs" disabled={!mayStore} loading={storing.isPending} onClick={() => store(false)}>
          Store
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Text size="xs" c="dimmed">
          {length} of {longest} characters · Ctrl+Enter stores
        </Text>
      </Group>
    </Stack>
  );
}
