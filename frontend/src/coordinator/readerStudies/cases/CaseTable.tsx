import { Badge, Button, Stack, Table } from "@mantine/core";
import { useState } from "react";
import { type Case, imagesOf } from "@/api/readerStudies";
import { Section } from "@/ui/Section";
import { FROZEN, mayWithdraw, type PartProps } from "../parts";
import { WithdrawModal } from "../withdrawals/WithdrawModal";
import { StudyLine } from "./StudyLine";

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
            <Table.Th>Patient</Table.Th>
            <Table.Th>Imaging studies</Table.Th>
            <Table.Th>Reference standard</Table.Th>
            <Table.Th ta="right">Signed reads</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cases.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td>{row.imaging_study.patient_key}</Table.Td>
              <Table.Td>
                <Stack gap={2}>
                  {imagesOf(row).map((study) => (
                    <StudyLine key={study.id} study={study} />
                  ))}
                </Stack>
              </Table.Td>
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
