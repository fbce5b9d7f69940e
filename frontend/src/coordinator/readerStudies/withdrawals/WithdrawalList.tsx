import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { withdrawalsQuery } from "@/api/running";
import { type WithdrawnAssignment, withdrawalsOf } from "@/domain/withdrawals";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";

interface WithdrawalListProps {
  readerStudyId: string;
  kind: WithdrawnAssignment["withdrawn"];
}

/** Who or what was withdrawn, when and why, and what had been read by then; nothing while there is none. */
export function WithdrawalList({ readerStudyId, kind }: WithdrawalListProps) {
  const { data, error, refetch } = useQuery(withdrawalsQuery(readerStudyId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const rows = withdrawalsOf(data ?? [], kind);
  if (rows.length === 0) return null;
  return (
    <Section
      title={kind === "READER" ? "Withdrawn readers" : "Withdrawn cases"}
      about="What was read is kept and counted, and used in no labels and no analysis. Who withdrew it is in the audit trail."
    >
      <Table aria-label="Withdrawals" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{kind === "READER" ? "Reader" : "Case"}</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th w="40%">Reason</Table.Th>
            <Table.Th ta="right">Signed, kept</Table.Th>
            <Table.Th ta="right">Begun, kept</Table.Th>
            <Table.Th ta="right">Not begun</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td>{dateTime(row.at)}</Table.Td>
              <Table.Td>{row.reason}</Table.Td>
              <Table.Td ta="right">{row.signed}</Table.Td>
              <Table.Td ta="right">{row.begun}</Table.Td>
              <Table.Td ta="right">{row.assignments - row.signed - row.begun}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
