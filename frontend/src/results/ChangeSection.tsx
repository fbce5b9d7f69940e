import { Table, Text } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import {
  type DescribedChange,
  type Description,
  type FlowChange,
  type FlowKind,
  subjectOf,
} from "@/domain/description";
import { POOLED } from "@/domain/plannedSummary";
import { decimal, intervalText } from "@/domain/resultText";
import { Section } from "@/ui/Section";
import { CaseList, CasesButton, type ChosenCases } from "./CaseList";

const KINDS: { kind: FlowKind; title: string }[] = [
  { kind: "kept_right", title: "Right before and after" },
  { kind: "benefit", title: "Wrong, then right" },
  { kind: "harm", title: "Right, then wrong" },
  { kind: "kept_wrong", title: "Wrong before and after" },
];
const SHARES = [
  { measure: "benefit", title: "Benefit" },
  { measure: "harm", title: "Harm" },
  { measure: "net_benefit", title: "Benefit − harm" },
];

interface ChangeSectionProps {
  description: Description;
  change: DescribedChange;
}

/** What became of every decision once the AI was seen, by reader. */
export function ChangeSection({ description, change }: ChangeSectionProps) {
  const [chosen, setChosen] = useState<ChosenCases | null>(null);
  const [before, after] = [change.before, change.after].map(
    (key) => subjectOf(description, key)?.name ?? key,
  );
  const title = `Change from ${before} to ${after}`;
  const { flow } = change;
  if (isUndefined(flow)) {
    return (
      <Section title={title}>
        <Text size="sm">{flow.detail}</Text>
      </Section>
    );
  }
  const counts = flow.counts.filter(({ group, ai_right }) => group === "all" && ai_right === null);
  const share = (reader: string, measure: string) =>
    flow.changes.find((row) => row.reader === reader && row.measure === measure && row.group === "all");
  return (
    <Section
      title={title}
      about="Decisions on cases that a reader decided both times. Benefit and harm are shares of all of them, with intervals."
    >
      <Table.ScrollContainer minWidth={900}>
        <Table aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Reader</Table.Th>
              {KINDS.map((column) => (
                <Table.Th key={column.kind}>{column.title}</Table.Th>
              ))}
              {SHARES.map((column) => (
                <Table.Th key={column.measure}>{column.title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {counts.map((row) => (
              <Table.Tr key={row.reader} fw={row.reader === POOLED ? 700 : undefined}>
                <Table.Th scope="row">{row.reader}</Table.Th>
                {KINDS.map((column) => (
                  <Table.Td key={column.kind}>
                    {row.reader === POOLED ? (
                      row[column.kind]
                    ) : (
                      <CasesButton
                        title={`${row.reader}, ${column.title.toLowerCase()}`}
                        cases={change.cases[row.reader]?.[column.kind] ?? []}
                        count={row[column.kind]}
                        onChoose={setChosen}
                      />
                    )}
                  </Table.Td>
                ))}
                {SHARES.map((column) => (
                  <Table.Td key={column.measure}>{shareText(share(row.reader, column.measure))}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <CaseList chosen={chosen} description={description} onClose={() => setChosen(null)} />
    </Section>
  );
}

function shareText(row: FlowChange | undefined): string {
  if (!row || row.estimate === null) return "not defined";
  const interval = intervalText(row.low, row.high);
  return `${decimal(row.estimate)}${interval && ` (${interval})`}`;
}
