import { Button, Group, NumberInput, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { suggestPriors } from "@/api/hanging";
import { type Case, casesQuery } from "@/api/readerStudies";
import { counted } from "@/domain/counted";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import { PriorsModal } from "./PriorsModal";

/** The priors of every case: suggested for all, chosen one by one. */
export function PriorsSection({ readerStudy, children }: PartProps & { children: ReactNode }) {
  const { data: cases } = useQuery(casesQuery(readerStudy.id));
  const [opened, setOpened] = useState<Case | null>(null);
  const isEditable = readerStudy.state === "DRAFT";
  return (
    <Section
      title="Priors"
      about="Earlier imaging studies of the same patient, the most relevant first: same modality, then same body part, then the newest."
    >
      {children}
      {isEditable && <Suggest readerStudyId={readerStudy.id} />}
      {cases && cases.length > 0 && (
        <Table aria-label="Priors of the cases" maw={460}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Case</Table.Th>
              <Table.Th>Priors</Table.Th>
              <Table.Th aria-label="Choose" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cases.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>{row.name}</Table.Td>
                <Table.Td>{row.number_of_priors || "none"}</Table.Td>
                <Table.Td ta="right">
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    aria-label={`${isEditable ? "Choose" : "Show"} the priors of ${row.name}`}
                    onClick={() => setOpened(row)}
                  >
                    {isEditable ? "Choose" : "Show"}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {opened && <PriorsModal readerStudy={readerStudy} row={opened} onClose={() => setOpened(null)} />}
    </Section>
  );
}

function Suggest({ readerStudyId }: { readerStudyId: string }) {
  const [maximum, setMaximum] = useState(1);
  const suggesting = useStudyChange(readerStudyId, (most: number) => suggestPriors(readerStudyId, most));
  return (
    <>
      {suggesting.error && <ErrorNotice error={suggesting.error} />}
      <Group gap="sm" align="flex-end">
        <NumberInput
          label="At most"
          w={76}
          min={1}
          max={9}
          value={maximum}
          onChange={(value) => setMaximum(Math.min(Math.max(Number(value), 1), 9))}
        />
        <Button variant="default" loading={suggesting.isPending} onClick={() => suggesting.mutate(maximum)}>
          Suggest priors for cases without
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {suggesting.data && `${counted(suggesting.data.cases, "case")} got priors.`}
        </Text>
      </Group>
    </>
  );
}
