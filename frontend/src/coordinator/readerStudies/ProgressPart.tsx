import { Anchor, Group, Progress, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { progressQuery, type ReaderProgress, readerStudyFiles } from "@/api/readerStudies";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime, duration } from "@/ui/times";
import type { PartProps } from "./parts";

/** How far each reader is. */
export function ProgressPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(progressQuery(readerStudy.id));
  if (readerStudy.state === "DRAFT") {
    return <EmptyState title="Not launched yet">Readers get their cases at the launch.</EmptyState>;
  }
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return (
    <Section
      title={`${data.signed} of ${data.total} reads signed`}
      about="Brought up to date by itself every 15 seconds. Median time counts only while the reader was active."
      actions={
        <Anchor href={readerStudyFiles(readerStudy.id).randomisation} download size="sm">
          Reading orders (CSV)
        </Anchor>
      }
    >
      <Progress size="lg" value={percent(data.signed, data.total)} aria-label="All reads signed" />
      <Table aria-label="Progress of each reader">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Reader</Table.Th>
            <Table.Th w="40%">Signed</Table.Th>
            <Table.Th ta="right">Drafts</Table.Th>
            <Table.Th ta="right">Median time per case</Table.Th>
            <Table.Th ta="right">Last signed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.readers.map((reader) => (
            <ReaderRow key={reader.user_id} readerStudyId={readerStudy.id} reader={reader} />
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

function ReaderRow({ readerStudyId, reader }: { readerStudyId: string; reader: ReaderProgress }) {
  const name = reader.name || reader.username;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          component={Link}
          size="sm"
          to={`/reader-studies/${readerStudyId}/reads?reader=${reader.user_id}`}
          title="Reads of this reader, with their history"
        >
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Group gap="sm" wrap="nowrap">
          <Progress.Root flex={1} size="md">
            <Progress.Section
              value={percent(reader.signed, reader.total)}
              aria-label={`${name}: ${reader.signed} of ${reader.total} signed`}
            />
            <Progress.Section value={percent(reader.draft, reader.total)} color="gray" aria-hidden />
          </Progress.Root>
          <Text size="xs" w={64} ta="right">
            {reader.signed} / {reader.total}
          </Text>
        </Group>
      </Table.Td>
      <Table.Td ta="right">{reader.draft}</Table.Td>
      <Table.Td ta="right">{duration(reader.median_active_s)}</Table.Td>
      <Table.Td ta="right">{dateTime(reader.last_signed_at)}</Table.Td>
    </Table.Tr>
  );
}

function percent(part: number, total: number): number {
  return total === 0 ? 0 : (100 * part) / total;
}
