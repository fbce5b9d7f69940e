import { ActionIcon, Button, Checkbox, Group, Stack, Table, Text } from "@mantine/core";
import type { CaseImagingStudy } from "@/api/readerStudies";
import type { TogetherIds } from "@/domain/caseSelection";
import { StudyLine } from "./StudyLine";
import type { Selection } from "./useSelection";

interface RowParts {
  selection: Selection;
  studies: ReadonlyMap<string, CaseImagingStudy>;
  names: ReadonlyMap<string, string>;
  faults: ReadonlyMap<string, string[]>;
  marked: ReadonlySet<string>;
  toggle: (first: string) => void;
}

interface CaseListTableProps extends RowParts {
  rows: readonly TogetherIds[];
  /** How many cases come before the first row. */
  before: number;
}

/** A row for each case, with its imaging studies in order. */
export function CaseListTable({ rows, before, ...parts }: CaseListTableProps) {
  return (
    <Table aria-label="Cases in order" verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={40} />
          <Table.Th w={60}>No.</Table.Th>
          <Table.Th w={110}>Case</Table.Th>
          <Table.Th w={190}>Patient</Table.Th>
          <Table.Th>Imaging studies</Table.Th>
          <Table.Th w={90} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((ids, index) => (
          <CaseRow key={ids[0]} ids={ids} number={before + index + 1} {...parts} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function CaseRow({ ids, number, ...parts }: RowParts & { ids: TogetherIds; number: number }) {
  const { selection, studies, names, faults, marked, toggle } = parts;
  const [first = ""] = ids;
  const isTicked = marked.has(first);
  return (
    <Table.Tr bg={isTicked ? "var(--mantine-primary-color-light)" : undefined}>
      <Table.Td>
        <Checkbox
          checked={isTicked}
          onChange={() => toggle(first)}
          aria-label={`Tick number ${number}, patient ${studies.get(first)?.patient_key ?? "not known"}`}
        />
      </Table.Td>
      <Table.Td>{number}</Table.Td>
      <Table.Td>{names.get(first) ?? "new"}</Table.Td>
      <Table.Td>{studies.get(first)?.patient_key ?? "–"}</Table.Td>
      <Table.Td>
        <Stack gap={4}>
          {ids.map((id, place) => (
            <Group key={id} gap="xs" wrap="nowrap">
              {ids.length > 1 && (
                <ActionIcon
                  size="sm"
                  variant="default"
                  disabled={place === 0}
                  aria-label={`Move image ${place + 1} of number ${number} forward`}
                  onClick={() => selection.moveForward(id)}
                >
                  ↑
                </ActionIcon>
              )}
              {studies.has(id) ? <StudyLine study={studies.get(id) as CaseImagingStudy} /> : id}
            </Group>
          ))}
          {faults.get(first)?.map((fault) => (
            <Text key={fault} size="sm" c="red" role="alert">
              {fault}
            </Text>
          ))}
        </Stack>
      </Table.Td>
      <Table.Td ta="right">
        {ids.length > 1 && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Split number ${number}`}
            onClick={() => selection.split(first)}
          >
            Split
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
