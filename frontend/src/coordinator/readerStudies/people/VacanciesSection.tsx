import { Button, Group, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { membersQuery } from "@/api/readerStudies";
import { type Replacement, replacementsQuery, replaceReader, type Vacancy } from "@/api/running";
import { agreeing, counted } from "@/domain/counted";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { mayJoin, mayWithdraw, type PartProps, useStudyChange } from "../parts";
import { PersonSelect } from "./PersonSelect";

const LONGEST_REASON = 500;

/** Cases of a double reading that lost a reader: who reads them instead, or that the arbitrators decide. */
export function VacanciesSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(replacementsQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data || data.vacancies.length + data.replacements.length === 0) return null;
  return (
    <Section
      title="Cases that lost a reader"
      about="Each case has two readers. Name who reads in the place of one who was withdrawn: the cases come after that person’s own, and nobody is told whose they were."
    >
      {data.vacancies.map((vacancy) => (
        <VacancyForm
          key={vacancy.withdrawn_id}
          readerStudy={readerStudy}
          vacancy={vacancy}
          hasArbitrators={data.has_arbitrators}
        />
      ))}
      {data.replacements.length > 0 && <Replaced rows={data.replacements} />}
    </Section>
  );
}

interface VacancyFormProps extends PartProps {
  vacancy: Vacancy;
  hasArbitrators: boolean;
}

function VacancyForm({ readerStudy, vacancy, hasArbitrators }: VacancyFormProps) {
  const { data: members } = useQuery(membersQuery(readerStudy.id));
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const { withdrawn_id, cases } = vacancy;
  const replacing = useStudyChange(
    readerStudy.id,
    (user_id: string | null) =>
      replaceReader(readerStudy.id, { withdrawn_id, user_id, reason: reason.trim() }),
    () => setChosen(null),
  );
  const others = (members ?? []).filter(({ role }) => role !== "READER").map(({ user_id }) => user_id);
  const hasReason = reason.trim() !== "";
  return (
    <div>
      <Text size="sm" mb={6}>
        <b>{vacancy.name || vacancy.username}</b>, withdrawn: {vacancy.reason}
        <br />
        {counted(cases.length, "case")} {agreeing(cases.length, "waits", "wait")} for another reader:{" "}
        {cases.slice(0, 12).join(", ")}
        {cases.length > 12 && " …"}
      </Text>
      {replacing.error && <ErrorNotice error={replacing.error} title="Nobody was named" />}
      <Group gap="sm" align="flex-end">
        {mayJoin(readerStudy) && (
          <PersonSelect chosen={chosen} taken={new Set([withdrawn_id, ...others])} onChoose={setChosen} />
        )}
        <TextInput
          w={300}
          label="Reason"
          maxLength={LONGEST_REASON}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {mayJoin(readerStudy) && (
          <Button
            disabled={chosen === null || !hasReason}
            loading={replacing.isPending}
            onClick={() => replacing.mutate(chosen)}
          >
            Name this reader
          </Button>
        )}
        {hasArbitrators && mayWithdraw(readerStudy) && (
          <Button
            variant="default"
            disabled={!hasReason}
            loading={replacing.isPending}
            onClick={() => replacing.mutate(null)}
            title="Cases whose other read is signed go to the arbitrators, who decide over that one read."
          >
            Leave them to the arbitrators
          </Button>
        )}
      </Group>
    </div>
  );
}

function Replaced({ rows }: { rows: Replacement[] }) {
  return (
    <Table aria-label="Who reads in whose place" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>In the place of</Table.Th>
          <Table.Th>Reads</Table.Th>
          <Table.Th ta="right">Cases</Table.Th>
          <Table.Th w="40%">Reason</Table.Th>
          <Table.Th>Named</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={`${row.withdrawn} ${row.created_at}`}>
            <Table.Td>{row.withdrawn}</Table.Td>
            <Table.Td>{row.reader ?? "the arbitrators decide"}</Table.Td>
            <Table.Td ta="right">{row.number_of_cases}</Table.Td>
            <Table.Td>{row.reason}</Table.Td>
            <Table.Td>
              {dateTime(row.created_at)}, {row.replaced_by}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
