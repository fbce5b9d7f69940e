import { Group, NativeSelect, ScrollArea, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { CaseOutcome, Vote } from "@/api/reference";
import { type Filter, filtered, OUTCOMES, REASONS } from "./outcomes";

// A table of tens of thousands of rows would take the page away for seconds; the API has them all.
const ROWS_SHOWN = 500;

/** Case by case: what came out, why, and whose votes it came from. */
export function OutcomeTable({ cases, label }: { cases: CaseOutcome[]; label: string }) {
  const [filter, setFilter] = useState<Filter>("ALL");
  const kept = filtered(cases, filter);
  const reasons = [...new Set(cases.map((one) => one.reason))];
  return (
    <>
      <Group gap="sm">
        <NativeSelect
          aria-label={`Which cases of ${label}`}
          value={filter}
          data={[
            { value: "ALL", label: `All cases (${cases.length})` },
            { value: "OPEN", label: `Without a truth (${filtered(cases, "OPEN").length})` },
            ...reasons.map((value) => ({
              value,
              label: `${REASONS[value]} (${filtered(cases, value).length})`,
            })),
          ]}
          onChange={(event) => setFilter(event.currentTarget.value as Filter)}
        />
        {kept.length > ROWS_SHOWN && (
          <Text size="sm" c="dimmed">
            The first {ROWS_SHOWN} of {kept.length} are shown.
          </Text>
        )}
      </Group>
      <ScrollArea.Autosize mah={360}>
        <Table aria-label={label} stickyHeader verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={120}>Case</Table.Th>
              <Table.Th w={180}>Outcome</Table.Th>
              <Table.Th w={220}>Why</Table.Th>
              <Table.Th>Votes</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {kept.slice(0, ROWS_SHOWN).map((one) => (
              <Table.Tr key={one.case_id}>
                <Table.Td>{one.case}</Table.Td>
                <Table.Td>{OUTCOMES[one.outcome]}</Table.Td>
                <Table.Td>
                  {REASONS[one.reason]}
                  {one.adjudicated && ` (${one.adjudicated.adjudicator}: ${one.adjudicated.comment})`}
                </Table.Td>
                <Table.Td>{one.votes.length > 0 ? one.votes.map(said).join(", ") : "–"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </>
  );
}

function said({ reader, answer, is_positive, weight }: Vote): string {
  const sign = is_positive ? "+" : "−";
  const value = typeof answer === "number" ? ` (${answer})` : "";
  return `${reader} ${sign}${value}${weight === "1" ? "" : ` × ${weight}`}`;
}
