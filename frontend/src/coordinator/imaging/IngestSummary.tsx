import { Button, CloseButton, Group, ScrollArea, Stack, Table, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { IMAGING_STUDIES_KEY, type IngestJob, ingestJobQuery, type RefusedFile } from "@/api/imaging";
import { isOver } from "@/api/jobs";
import { counted } from "@/domain/counted";
import { csvText } from "@/domain/csv";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { saveText } from "@/ui/saveFile";

/** How one ingest goes and what came of it: new, already here, refused with the reason for each file. */
export function IngestSummary({ id, onClose }: { id: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { data: job, error, refetch } = useQuery(ingestJobQuery(id));
  const isDone = job !== undefined && isOver(job);
  const stored = job?.counts.new ?? 0;
  useEffect(() => {
    if (stored > 0) void queryClient.invalidateQueries({ queryKey: IMAGING_STUDIES_KEY });
  }, [stored, queryClient]);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!job) return <LoadingScreen />;
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap="xs" flex={1}>
          <JobProgress job={job} name="Ingest" />
          <Counts job={job} />
        </Stack>
        {isDone && <CloseButton aria-label="Close this summary" onClick={onClose} />}
      </Group>
      {job.refused.length > 0 && <Refusals refused={job.refused} total={job.counts.refused} />}
    </Stack>
  );
}

function Counts({ job }: { job: IngestJob }) {
  const counts = [
    [job.counts.new, "new"],
    [job.counts.present, "already here"],
    [job.counts.refused, "refused"],
  ] as const;
  return (
    <Group gap="xl">
      {counts.map(([count, text]) => (
        <Text key={text} size="sm" c={text === "refused" && count > 0 ? "red" : undefined}>
          <strong>{count}</strong> {text}
        </Text>
      ))}
    </Group>
  );
}

function Refusals({ refused, total }: { refused: RefusedFile[]; total: number }) {
  const save = () =>
    saveText(
      "refused-files.csv",
      csvText(
        ["file", "code", "reason"],
        refused.map((file) => [file.name, file.reason_code, file.reason]),
      ),
      "text/csv",
    );
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" fw={600} c="yellow">
        {counted(total, "file")} refused; the others are stored
        {total > refused.length && ` (the first ${refused.length} are listed)`}
      </Text>
      <ScrollArea.Autosize mah={260} w="100%">
        <Table aria-label="Refused files" stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {refused.map((file, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names repeat across folders; the list only grows
              <Table.Tr key={index}>
                <Table.Td>{file.name}</Table.Td>
                <Table.Td>{file.reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      <Button variant="default" onClick={save}>
        Download as CSV
      </Button>
    </Stack>
  );
}
