import { Table } from "@mantine/core";
import type { Outcome } from "@/domain/analysisResult";
import { outcomeDetail } from "@/domain/resultText";
import { minutesText, type TriageEffect } from "@/domain/triage";

const ROWS = [
  { whose: "positives", title: "Positive cases" },
  { whose: "negatives", title: "Negative cases" },
] as const;

/** The mean waits in both orders, and the change, in minutes. */
export function WaitTable({ label, effect }: { label: string; effect: TriageEffect }) {
  return (
    <Table aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Mean wait, minutes</Table.Th>
          <Table.Th>As they came</Table.Th>
          <Table.Th>In the AI's order</Table.Th>
          <Table.Th>Change</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {ROWS.map(({ whose, title }) => (
          <Table.Tr key={whose}>
            <Table.Th scope="row">{title}</Table.Th>
            <Cell outcome={effect[whose].first_come_min} />
            <Cell outcome={effect[whose].triaged_min} />
            <Cell outcome={effect[whose].change_min} isChange />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cell({ outcome, isChange = false }: { outcome: Outcome; isChange?: boolean }) {
  return (
    <Table.Td>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what stands behind a number is reached by keyboard too */}
      <span tabIndex={0} data-hint={outcomeDetail(outcome)}>
        {minutesText(outcome, isChange)}
      </span>
    </Table.Td>
  );
}
