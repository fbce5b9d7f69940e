import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import type { CaseClinicalText } from "@/api/clinicalTexts";
import { type Case, imagesOf } from "@/api/readerStudies";
import { counted } from "@/domain/counted";
import { StudyLine } from "../cases/StudyLine";
import classes from "./ClinicalTexts.module.css";
import { TextEditor } from "./TextEditor";
import { TextVersions } from "./TextVersions";
import type { TextStoring } from "./useTextStoring";

interface TextTableProps {
  readerStudyId: string;
  rows: CaseClinicalText[];
  cases: Case[];
  longest: number;
  isAmendment: boolean;
  isOver: boolean;
  storing: TextStoring;
  isDirty: boolean;
  onDirty: (isDirty: boolean) => void;
}

/** Each case with its images and its text, which is typed in its place. */
export function TextTable({ rows, cases, ...parts }: TextTableProps) {
  const { readerStudyId, longest, isAmendment, isOver, storing, isDirty, onDirty } = parts;
  const [edited, setEdited] = useState<string | null>(null);
  const [looked, setLooked] = useState<CaseClinicalText | null>(null);
  const byId = useMemo(() => new Map(cases.map((one) => [one.id, one])), [cases]);
  const left = useFocusBack(edited);
  const close = () => {
    setEdited(null);
    onDirty(false);
    storing.reset();
  };
  return (
    <>
      <Table aria-label="Clinical texts" verticalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={110}>Case</Table.Th>
            <Table.Th w={420}>Images</Table.Th>
            <Table.Th>Clinical text</Table.Th>
            <Table.Th w={190} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.case_id} style={{ verticalAlign: "top" }}>
              <Table.Td>{row.case}</Table.Td>
              <Table.Td>
                <Images one={byId.get(row.case_id)} />
              </Table.Td>
              {edited === row.case_id ? (
                <Table.Td colSpan={2}>
                  <TextEditor
                    row={row}
                    onClose={close}
                    {...{ readerStudyId, longest, isAmendment, storing, onDirty }}
                  />
                </Table.Td>
              ) : (
                <>
                  <Table.Td>
                    <TextOf row={row} />
                  </Table.Td>
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      {row.version > 0 && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={`Versions of the text of ${row.case}`}
                          onClick={() => setLooked(row)}
                        >
                          Versions
                        </Button>
                      )}
                      {!isOver && (
                        <Button
                          ref={left(row.case_id)}
                          size="compact-xs"
                          variant="default"
                          disabled={isDirty || storing.isPending}
                          aria-label={`${row.text ? "Edit" : "Write"} the text of ${row.case}`}
                          onClick={() => {
                            storing.reset();
                            setEdited(row.case_id);
                          }}
                        >
                          {row.text ? "Edit" : "Write"}
                        </Button>
                      )}
                    </Group>
                  </Table.Td>
                </>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {looked && <TextVersions readerStudyId={readerStudyId} row={looked} onClose={() => setLooked(null)} />}
    </>
  );
}

/** Where the keyboard was before a text was opened, it is again once that is closed. */
function useFocusBack(edited: string | null) {
  const buttons = useRef(new Map<string, HTMLButtonElement>());
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (edited === null && before.current !== null) buttons.current.get(before.current)?.focus();
    before.current = edited;
  }, [edited]);
  return (id: string) => (button: HTMLButtonElement | null) => {
    if (button) buttons.current.set(id, button);
    else buttons.current.delete(id);
  };
}

function Images({ one }: { one: Case | undefined }) {
  return (
    <Stack gap={2}>{one && imagesOf(one).map((study) => <StudyLine key={study.id} study={study} />)}</Stack>
  );
}

function TextOf({ row }: { row: CaseClinicalText }) {
  if (row.text === "") {
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  }
  return (
    <>
      <p className={classes.text}>{row.text}</p>
      <Text size="xs" c="dimmed">
        Version {row.version}
        {row.number_shown > 0 && ` · a version was shown with ${counted(row.number_shown, "read")}`}
      </Text>
    </>
  );
}
