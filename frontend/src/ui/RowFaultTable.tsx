import { Alert, Button, Group, ScrollArea, Table, Text } from "@mantine/core";
import type { Problem } from "@/api/problem";
import { counted } from "@/domain/counted";
import { csvText } from "@/domain/csv";
import { rowCount, rowFaults } from "@/domain/rowFaults";
import { saveText } from "./saveFile";

/** What is wrong with an uploaded table, row by row, and downloadable to mend it beside the spreadsheet. */
export function RowFaultTable({ problem, fileName }: { problem: Problem; fileName: string }) {
  const faults = rowFaults(problem.errors);
  const save = () =>
    saveText(
      `${fileName}-errors.csv`,
      csvText(
        ["row", "column", "problem"],
        faults.map((fault) => [fault.row, fault.column, fault.detail]),
      ),
      "text/csv",
    );
  return (
    <Alert color="red" variant="light" title="Nothing was stored" role="alert">
      <Group justify="space-between" mb="xs">
        <Text size="sm">
          {problem.message}{" "}
          {faults.length > 0 && `${faults.length} to mend in ${counted(rowCount(faults), "row")}.`}
        </Text>
        {faults.length > 0 && (
          <Button variant="default" onClick={save}>
            Download this list
          </Button>
        )}
      </Group>
      {faults.length > 0 && (
        <ScrollArea.Autosize mah={320}>
          <Table aria-label="Rows to mend" stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={70}>Row</Table.Th>
                <Table.Th w={180}>Column</Table.Th>
                <Table.Th>What to mend</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {faults.map((fault, index) => (
                // Two equal faults of one cell differ by nothing but their place in the list.
                // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes while shown
                <Table.Tr key={index}>
                  <Table.Td>{fault.row ?? "file"}</Table.Td>
                  <Table.Td>{fault.column}</Table.Td>
                  <Table.Td>{fault.detail}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      )}
    </Alert>
  );
}
