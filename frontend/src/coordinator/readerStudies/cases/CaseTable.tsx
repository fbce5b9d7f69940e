import { Badge, Button, Group, Table } from "@mantine/core";
import { useState } from "react";
import type { Case } from "@/api/readerStudies";
import { SyntheticBadge } from "@/ui/badges";
import { Section } from "@/ui/Section";
import { calendarDate } from "@/ui/times";
import { FROZEN, mayWithdraw, type PartProps } from "../parts";
import { WithdrawModal } from "../withdrawals/WithdrawModal";

const TRUTHS = { 0: "negative", 1: "positive" };

/** The fixed list of cases with their truth, and taking one out. */
export function CaseTable({ readerStudy, cases }: PartProps & { cases: Case[] }) {
  const [leaving, setLeaving] = useState<Case | null>(null);
  const withdrawn = cases.filter((row) => row.withdrawn_at !== null).length;
  return (
    <Section
      title={
        withdrawn === 0 ? `${cases.length} cases` : `${cases.length} cases, ${withdrawn} of them withdrawn`
      }
      about={FROZEN}
    >
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
            <Table.Th ta="right">Signed reads</Table.Th>
            <Table.Th />
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
              <Table.Td ta="right">{row.number_signed}</Table.Td>
              <Table.Td ta="right">
                {row.withdrawn_at !== null && (
                  <Badge color="gray" variant="light" radius="sm">
                    withdrawn
                  </Badge>
                )}
                {row.withdrawn_at === null && mayWithdraw(readerStudy) && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Withdraw ${row.name}`}
                    onClick={() => setLeaving(row)}
                  >
                    Withdraw…
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {leaving && (
        <WithdrawModal
          readerStudyId={readerStudy.id}
          what={{ case_id: leaving.id }}
          name={leaving.name}
          signed={leaving.number_signed}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}
