import { Button, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type IngestJob, ingestJobsQuery } from "@/api/imaging";
import { JobStateBadge } from "@/ui/badges";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";

const SOURCES: Record<IngestJob["source"], string> = {
  UPLOAD: "Web upload",
  COMMAND: "Command line",
  CSTORE: "DICOM C-STORE",
};

/** Every ingest so far, newest first. */
export function IngestJobs({ onShow }: { onShow: (id: string) => void }) {
  const { data, error, refetch } = useQuery(ingestJobsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  if (data.length === 0) {
    return <EmptyState title="No ingest yet">Drop files above, or run manage.py ingest.</EmptyState>;
  }
  return (
    <Table highlightOnHover aria-label="Past ingests">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Started</Table.Th>
          <Table.Th>Source</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th ta="right">New</Table.Th>
          <Table.Th ta="right">Already here</Table.Th>
          <Table.Th ta="right">Refused</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.map((job) => (
          <Table.Tr key={job.id}>
            <Table.Td>{dateTime(job.created_at)}</Table.Td>
            <Table.Td>{SOURCES[job.source]}</Table.Td>
            <Table.Td>
              <JobStateBadge state={job.state} />
            </Table.Td>
            <Table.Td ta="right">{job.counts.new}</Table.Td>
            <Table.Td ta="right">{job.counts.present}</Table.Td>
            <Table.Td ta="right">{job.counts.refused}</Table.Td>
            <Table.Td ta="right">
              <Button variant="subtle" size="compact-xs" onClick={() => onShow(job.id)}>
                Details
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
