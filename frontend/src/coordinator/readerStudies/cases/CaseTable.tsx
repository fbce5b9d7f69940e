import { Group, Table } from "@mantine/core";
import type { Case } from "@/api/readerStudies";
import { SyntheticBadge } from "@/ui/badges";
import { Section } from "@/ui/Section";
import { calendarDate } from "@/ui/times";
import { FROZEN } from "../parts";

const TRUTHS = { 0: "negative", 1: "positive" };

/** The fixed list of cases with their truth. */
export function CaseTable({ cases }: { cases: Case[] }) {
  return (
    <Section title={`${cases.length} cases`} about={FROZEN}>
      <Table aria-label="Cases" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Case</Table.Th>
            <Table.Th>Modality</Table.Th>
            <Table.Th>Description</Table.Th>
            <Table.Th>Patient</Table.Th>
            <Table.Th>Study date</Table.Th>
            <Table.Th ta="right">Images</Table.Th>
            <Table.Th>Reference standard</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cases.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td>{row.imaging_study.modalities.join(", ")}</Table.Td>
              <Table.Td>
                <Group gap="xs">
                  {row.imaging_study.study_description || "–"}
                  {row.imaging_study.is_synthetic && <SyntheticBadge />}
                </Group>
              </Table.Td>
              <Table.Td>{row.imaging_study.patient_key}</Table.Td>
              <Table.Td>{calendarDate(row.imaging_study.study_date)}</Table.Td>
              <Table.Td ta="right">{row.imaging_study.number_of_instances}</Table.Td>
              <Table.Td>{row.truth === null ? "not known" : TRUTHS[row.truth]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
