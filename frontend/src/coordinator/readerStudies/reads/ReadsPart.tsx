import { Anchor, NativeSelect, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { readsQuery } from "@/api/history";
import { progressQuery } from "@/api/readerStudies";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import type { PartProps } from "../parts";

/** Every read that has been opened, and the way to its history. */
export function ReadsPart({ readerStudy }: PartProps) {
  const [parameters, setParameters] = useSearchParams();
  const reader = parameters.get("reader") ?? "";
  const readers = useQuery(progressQuery(readerStudy.id)).data?.readers ?? [];
  const { data, error, refetch } = useQuery(readsQuery(readerStudy.id, reader));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <Section
      title="Reads"
      about="The history of a read shows every revision, field by field, and its signatures. Looking at it is an event of the audit trail."
      actions={
        <NativeSelect
          aria-label="Reader"
          value={reader}
          data={[
            { value: "", label: "All readers" },
            ...readers.map((one) => ({ value: one.user_id, label: one.name || one.username })),
          ]}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            setParameters(chosen === "" ? {} : { reader: chosen });
          }}
        />
      }
    >
      {!data && <LoadingScreen />}
      {data?.length === 0 && <EmptyState title="No read yet">Nobody has opened a case so far.</EmptyState>}
      {data !== undefined && data.length > 0 && (
        <Table aria-label="Reads" verticalSpacing={4} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Reader</Table.Th>
              <Table.Th>Case</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right">Revisions</Table.Th>
              <Table.Th ta="right">Opened</Table.Th>
              <Table.Th ta="right">Signed</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((read) => (
              <Table.Tr key={read.id}>
                <Table.Td>{read.reader}</Table.Td>
                <Table.Td>{read.case}</Table.Td>
                <Table.Td>{read.state.toLowerCase()}</Table.Td>
                <Table.Td ta="right">{read.revision_number}</Table.Td>
                <Table.Td ta="right">{dateTime(read.opened_at)}</Table.Td>
                <Table.Td ta="right">{dateTime(read.signed_at)}</Table.Td>
                <Table.Td ta="right">
                  <Anchor component={Link} size="sm" to={`/reads/${read.id}/history`}>
                    History
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
