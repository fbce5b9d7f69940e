import { Alert, Badge, Button, FileButton, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { previewClinicalTexts, type TextChange, type TextLook, type TextsPreview } from "@/api/clinicalTexts";
import { Problem } from "@/api/problem";
import { pageOf } from "@/domain/pages";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { PageBar } from "@/ui/PageBar";
import { RowFaultTable } from "@/ui/RowFaultTable";
import { AmendmentReason } from "../protocol/AmendmentReason";
import classes from "./ClinicalTexts.module.css";
import { TextWarnings } from "./TextWarnings";
import type { TextStoring } from "./useTextStoring";

const ROWS_AT_ONCE = 50;
const CHANGE_WORDS: Record<TextChange, { text: string; color: string }> = {
  NEW: { text: "new", color: "teal" },
  CHANGED: { text: "changed", color: "blue" },
  CLEARED: { text: "taken away", color: "orange" },
  SAME: { text: "as it is", color: "gray" },
};

interface ImportTextsProps {
  readerStudyId: string;
  isAmendment: boolean;
  isDisabled: boolean;
  storing: TextStoring;
}

/** Takes a CSV of texts and shows what it would change before anything is stored. */
export function ImportTexts({ readerStudyId, isAmendment, isDisabled, storing }: ImportTextsProps) {
  const resetFile = useRef<() => void>(null);
  const looking = useMutation({ mutationFn: (file: File) => previewClinicalTexts(readerStudyId, file) });
  const close = () => {
    looking.reset();
    storing.reset();
    // The same file, mended, can be chosen again.
    resetFile.current?.();
  };
  const fault = looking.error;
  return (
    <>
      <FileButton
        accept="text/csv,.csv"
        resetRef={resetFile}
        onChange={(file) => file && looking.mutate(file)}
      >
        {(button) => (
          <Button {...button} variant="default" disabled={isDisabled} loading={looking.isPending}>
            Import CSV
          </Button>
        )}
      </FileButton>
      <Modal
        opened={looking.data !== undefined || fault !== null}
        onClose={close}
        title={`Texts of ${looking.variables?.name ?? "the file"}`}
        size="xl"
      >
        {fault instanceof Problem && fault.errors.length > 0 ? (
          <RowFaultTable problem={fault} fileName={looking.variables?.name ?? "texts"} />
        ) : (
          fault && <ErrorNotice error={fault} title="The file could not be read" />
        )}
        {looking.data && (
          <Preview preview={looking.data} isAmendment={isAmendment} storing={storing} onClose={close} />
        )}
      </Modal>
    </>
  );
}

interface PreviewProps {
  preview: TextsPreview;
  isAmendment: boolean;
  storing: TextStoring;
  onClose: () => void;
}

function Preview({ preview, isAmendment, storing, onClose }: PreviewProps) {
  const [asked, setAsked] = useState(1);
  const [reason, setReason] = useState("");
  const { counts, rows, ignored_columns } = preview;
  const changing = rows.filter(({ change }) => change !== "SAME");
  const warned = changing.filter(({ warnings }) => warnings.length > 0);
  const page = pageOf(changing, asked, ROWS_AT_ONCE);
  const store = () => {
    const edits = changing.map(({ case: name, before, text }) => ({ case: name, before, after: text }));
    // A refusal stays on the screen, beside what the file holds.
    storing.store({ edits, reason: reason.trim() }, warned.length > 0).then(onClose, () => undefined);
  };
  return (
    <Stack gap="md">
      <Text size="sm" role="status">
        {counts.NEW} new, {counts.CHANGED} changed, {counts.CLEARED} taken away, {counts.SAME} as they are.
        Nothing is stored yet.
      </Text>
      {ignored_columns.length > 0 && (
        <Alert color="gray" variant="light">
          Columns that are not read: {ignored_columns.join(", ")}.
        </Alert>
      )}
      {warned.length > 0 && <TextWarnings details={warned.flatMap(warningLines)} />}
      {storing.error !== null && <ErrorNotice error={storing.error} title="The texts were not stored" />}
      {changing.length > 0 && <PreviewTable rows={page.rows} />}
      <PageBar page={page} total={changing.length} of="changes" onPage={setAsked} />
      <Group align="flex-end" justify="flex-end">
        {isAmendment && (
          <AmendmentReason
            label="Reason for the change"
            about="Since the launch a change is an amendment of the protocol."
            value={reason}
            onChange={setReason}
          />
        )}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={changing.length === 0 || (isAmendment && reason.trim() === "")}
          loading={storing.isPending}
          onClick={store}
        >
          {warned.length > 0 ? `Store ${changing.length} all the same` : `Store ${changing.length}`}
        </Button>
      </Group>
    </Stack>
  );
}

function warningLines({ row, case: name, warnings }: TextLook): string[] {
  return warnings.map(({ detail }) => `Row ${row}, ${name}. ${detail}`);
}

function PreviewTable({ rows }: { rows: TextLook[] }) {
  return (
    <Table aria-label="What the file changes" verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={60}>Row</Table.Th>
          <Table.Th w={100}>Case</Table.Th>
          <Table.Th w={110}>Change</Table.Th>
          <Table.Th>Before</Table.Th>
          <Table.Th>Afterwards</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ row, case: name, change, before, text }) => (
          <Table.Tr key={row}>
            <Table.Td>{row}</Table.Td>
            <Table.Td>{name}</Table.Td>
            <Table.Td>
              <Badge color={CHANGE_WORDS[change].color} variant="light" radius="sm">
                {CHANGE_WORDS[change].text}
              </Badge>
            </Table.Td>
            <Table.Td>
              <p className={classes.text}>{before || "–"}</p>
            </Table.Td>
            <Table.Td>
              <p className={classes.text}>{text || "–"}</p>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
