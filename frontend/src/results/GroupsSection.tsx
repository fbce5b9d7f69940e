import { Group, Select, Table, Text } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { groupCases } from "@/domain/casesBehind";
import { csvText } from "@/domain/csv";
import {
  type Description,
  type Groups,
  type Subgroup,
  type SubgroupReport,
  subjectOf,
  voiceName,
} from "@/domain/description";
import { pText, testDetail } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { seriesLook } from "@/ui/charts/looks";
import { Section } from "@/ui/Section";
import { type OpenCases, useOpenCases } from "./casesBehind";
import { ForestPlot, type ForestRow } from "./charts/ForestPlot";

const MEASURES = [
  { value: "sensitivity", label: "Sensitivity" },
  { value: "specificity", label: "Specificity" },
  { value: "auc", label: "AUC" },
];

/** The same measures by site, vendor, sex and age, and tests that they are equal. */
export function GroupsSection({ description }: { description: Description }) {
  const { groups, participants } = description;
  const [key, setKey] = useState(participants[0]?.key ?? null);
  const [measure, setMeasure] = useState("sensitivity");
  if (isUndefined(groups)) {
    return (
      <Section title="For whom">
        <Text size="sm">{groups.detail}</Text>
      </Section>
    );
  }
  return (
    <Section
      title="For whom"
      about="Groups with fewer than ten cases of a class are not reported for it."
      actions={
        <Group gap="sm" wrap="nowrap">
          <Select
            w={300}
            aria-label="Whose subgroups"
            allowDeselect={false}
            data={participants.map((one) => ({
              value: one.key,
              label: voiceName(one, subjectOf(description, one.subject)),
            }))}
            value={key}
            onChange={setKey}
          />
          <Select
            w={140}
            aria-label="Measure of the subgroups"
            allowDeselect={false}
            data={MEASURES}
            value={measure}
            onChange={(value) => value && setMeasure(value)}
          />
        </Group>
      }
    >
      <GroupFigure description={description} groups={groups} participant={key} measure={measure} />
    </Section>
  );
}

interface GroupFigureProps {
  description: Description;
  groups: Groups;
  participant: string | null;
  measure: string;
}

function GroupFigure({ description, groups, participant, measure }: GroupFigureProps) {
  const openCases = useOpenCases();
  const reports = groups.reports.flatMap(({ participant: whose, column, report }) =>
    whose === participant && !isUndefined(report) ? [{ column, report }] : [],
  );
  const rows = rowsOf(description, reports, measure, openCases);
  const title = MEASURES.find(({ value }) => value === measure)?.label ?? measure;
  if (rows.length === 0) {
    return <Text size="sm">{title} is not measured here: there are no decisions or ratings for it.</Text>;
  }
  return (
    <>
      <Figure
        title={`${title} by group`}
        caption="Value with its interval, Wilson's or of the AUC on the logit scale. A group that differs by chance alone is to be expected among many."
        name={`groups-${measure}`}
        csv={() => groupsCsv(reports)}
        isOpening
        chart={<ForestPlot title={title} rows={rows} />}
      />
      <TestTable reports={reports} measure={measure} />
    </>
  );
}

interface OfColumn {
  column: string;
  report: SubgroupReport;
}

function rowsOf(
  description: Description,
  reports: OfColumn[],
  measure: string,
  openCases: OpenCases,
): ForestRow[] {
  return reports.flatMap(({ column, report }, index) =>
    report.subgroups.flatMap((group: Subgroup): ForestRow[] => {
      const outcome = group.estimates[measure];
      const chosen = groupCases(description, column, group.value);
      if (!outcome) return [];
      return [
        {
          key: `${column} ${group.value}`,
          name: `${column}: ${group.value}`,
          outcome,
          look: seriesLook(index),
          isBold: false,
          onOpen: chosen ? () => openCases(chosen) : undefined,
        },
      ];
    }),
  );
}

function TestTable({ reports, measure }: { reports: OfColumn[]; measure: string }) {
  const tests = reports.flatMap(({ report }) => report.tests.filter((one) => one.measure === measure));
  if (tests.length === 0) return null;
  return (
    <Table aria-label="Tests that the groups are equal">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>By</Table.Th>
          <Table.Th>Heterogeneity</Table.Th>
          <Table.Th>p</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tests.map(({ column, test }) => (
          <Table.Tr key={column}>
            <Table.Th scope="row">{column}</Table.Th>
            <Table.Td>{testDetail(test)}</Table.Td>
            <Table.Td>{pText(test)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function groupsCsv(reports: OfColumn[]): string {
  const header = ["by", "group", "measure", "estimate", "low", "high", "n", "method"];
  const rows = reports.flatMap(({ column, report }) =>
    report.subgroups.flatMap(({ value, estimates }) =>
      Object.entries(estimates).map(([measure, one]) =>
        isUndefined(one)
          ? [column, value, measure, null, null, null, one.n, one.undefined]
          : [column, value, measure, one.value, one.low, one.high, one.n, one.method],
      ),
    ),
  );
  return csvText(header, rows);
}
