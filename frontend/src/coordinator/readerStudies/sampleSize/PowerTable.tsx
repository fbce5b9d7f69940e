import { Table } from "@mantine/core";
import {
  isNamed,
  neededText,
  type PowerCell,
  powerText,
  rowsOf,
  type SampleSizeDocument,
} from "@/domain/sampleSize";

/** Power over readers and cases, and the cases that each number of readers needs. */
export function PowerTable({ found }: { found: SampleSizeDocument }) {
  const wanted = found.inputs.target_power;
  return (
    <Table aria-label="Power over readers and cases" verticalSpacing={3} horizontalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Readers</Table.Th>
          {found.inputs.cases.map((cases) => (
            <Table.Th key={cases} style={{ whiteSpace: "nowrap" }}>
              n = {cases}
            </Table.Th>
          ))}
          <Table.Th>Cases for {wanted}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rowsOf(found).map(({ needed, cells }) => (
          <Table.Tr key={needed.readers}>
            <Table.Th scope="row">{needed.readers}</Table.Th>
            {cells.map((cell) => (
              <Cell key={cell.cases} cell={cell} wanted={wanted} />
            ))}
            <Table.Td
              style={{ whiteSpace: "nowrap" }}
              title={isNamed(needed.outcome) ? needed.outcome.detail : undefined}
            >
              {neededText(needed, found.most_cases)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cell({ cell, wanted }: { cell: PowerCell; wanted: number }) {
  const { outcome } = cell;
  const isEnough = !isNamed(outcome) && outcome.power >= wanted;
  return (
    <Table.Td
      fw={isEnough ? 700 : undefined}
      c={isEnough ? "teal" : undefined}
      title={isNamed(outcome) ? outcome.detail : `${cell.positives} diseased, ${cell.negatives} not`}
    >
      {powerText(cell)}
    </Table.Td>
  );
}
