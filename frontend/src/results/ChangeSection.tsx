import { Table, Text } from "@mantine/core";
import { isUndefined } from "@/domain/analysisResult";
import { changedCases } from "@/domain/casesBehind";
import { csvText } from "@/domain/csv";
import {
  type DescribedChange,
  type Description,
  type FlowChange,
  type FlowCounts,
  type FlowKind,
  subjectOf,
} from "@/domain/description";
import { POOLED } from "@/domain/plannedSummary";
import { decimal, intervalText } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { CasesButton } from "./CasesButton";
import { useOpenCases } from "./casesBehind";
import { ChangeFlow } from "./charts/ChangeFlow";

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

/** What became of every decision once the AI was seen: all readers together as a flow, and each of them. */
export function ChangeSection({ description, change }: ChangeSectionProps) {
  const openCases = useOpenCases();
  const [before, after] = [change.before, change.after].map(
    (key) => subjectOf(description, key)?.name ?? key,
  ) as [string, string];
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
  const pooled = counts.find(({ reader }) => reader === POOLED) ?? counts[0];
  const about =
    "Decisions on cases that a reader decided both times. Benefit and harm are shares of all of them, with intervals.";
  return (
    <Section title={title} about={about}>
      {pooled && (
        <Figure
          title={`${pooled.reader}: right or wrong before, and after`}
          caption="The height of a ribbon is its number of decisions; ribbons differ in the dash of their edge too."
          name={`change-${change.before}-${change.after}`}
          csv={() => countsCsv(counts)}
          isOpening
          chart={
            <ChangeFlow
              before={before}
              after={after}
              counts={pooled}
              open={(kind, name) => () => openCases(changedCases(`${title}, ${name}`, change, kind))}
            />
          }
        />
      )}
      <ReaderTable title={title} change={change} counts={counts} changes={flow.changes} />
    </Section>
  );
}

const countsCsv = (counts: FlowCounts[]) =>
  csvText(
    ["reader", ...KINDS.map(({ kind }) => kind)],
    counts.map((row) => [row.reader, ...KINDS.map(({ kind }) => row[kind])]),
  );

interface ReaderTableProps {
  title: string;
  change: DescribedChange;
  counts: FlowCounts[];
  changes: FlowChange[];
}

function ReaderTable({ title, change, counts, changes }: ReaderTableProps) {
  const share = (reader: string, measure: string) =>
    changes.find((row) => row.reader === reader && row.measure === measure && row.group === "all");
  return (
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
              {KINDS.map((column) => {
                const label = `${row.reader}, ${column.title.toLowerCase()}`;
                const own = change.cases[row.reader]?.[column.kind];
                return (
                  <Table.Td key={column.kind}>
                    <CasesButton
                      label={`${label}: ${row[column.kind]}`}
                      chosen={() =>
                        own
                          ? { title: label, groups: [{ title: "", cases: own }] }
                          : changedCases(label, change, column.kind)
                      }
                    >
                      {row[column.kind]}
                    </CasesButton>
                  </Table.Td>
                );
              })}
              {SHARES.map((column) => (
                <Table.Td key={column.measure}>{shareText(share(row.reader, column.measure))}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function shareText(row: FlowChange | undefined): string {
  if (!row || row.estimate === null) return "not defined";
  const interval = intervalText(row.low, row.high);
  return `${decimal(row.estimate)}${interval && ` (${interval})`}`;
}
