import { Anchor, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { isOver } from "@/api/jobs";
import {
  type AnalysisReport,
  changeReport,
  makeReport,
  reportFile,
  reportsKey,
  reportsQuery,
} from "@/api/reports";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";

/** The report of a result: ask for one, follow its making, download it; earlier ones stay. */
export function ReportPanel({ runId }: { runId: string }) {
  const queryClient = useQueryClient();
  const { data: reports, error, refetch } = useQuery(reportsQuery(runId));
  const refresh = () => queryClient.invalidateQueries({ queryKey: reportsKey(runId) });
  const making = useMutation({ mutationFn: () => makeReport(runId), onSuccess: refresh });
  const changing = useMutation({
    mutationFn: ({ id, verb }: { id: string; verb: "cancel" | "retry" }) => changeReport(id, verb),
    onSuccess: refresh,
  });
  const newest = reports?.[0];
  const made = reports?.filter((report) => report.state === "SUCCEEDED") ?? [];
  const isMaking = newest !== undefined && !isOver(newest);
  return (
    <Section
      title="Report"
      about="The result as a supplement of a paper, as PDF and as one HTML file: protocol, flow of cases, tables, figures, limitations, checklists. The same result and date give the same bytes."
      actions={
        <Button
          size="compact-sm"
          variant={made.length > 0 ? "default" : "filled"}
          loading={making.isPending}
          disabled={reports === undefined || isMaking}
          onClick={() => making.mutate()}
        >
          {made.length > 0 ? "Make a new report" : "Make the report"}
        </Button>
      }
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {making.error && <ErrorNotice error={making.error} title="The report was not asked for" />}
      {changing.error && <ErrorNotice error={changing.error} />}
      {newest && newest.state !== "SUCCEEDED" && (
        <JobProgress
          job={newest}
          name="Report"
          actions={
            <Button
              size="compact-xs"
              variant="default"
              loading={changing.isPending}
              onClick={() => changing.mutate({ id: newest.id, verb: isMaking ? "cancel" : "retry" })}
            >
              {isMaking ? "Cancel" : "Try again"}
            </Button>
          }
        />
      )}
      {made.length === 0 && !newest && reports && (
        <Text size="sm" c="dimmed">
          No report has been made of this result.
        </Text>
      )}
      <Stack gap="xs">
        {made.map((report) => (
          <MadeReport key={report.id} report={report} />
        ))}
      </Stack>
    </Section>
  );
}

function MadeReport({ report }: { report: AnalysisReport }) {
  const when = dateTime(report.created_at);
  return (
    <div>
      <Group gap="md">
        <Text size="sm">
          {when}
          {report.requested_by && `, asked for by ${report.requested_by}`}
        </Text>
        <Anchor href={reportFile(report.id, "pdf")} download size="sm" aria-label={`PDF of ${when}`}>
          PDF
        </Anchor>
        <Anchor href={reportFile(report.id, "html")} download size="sm" aria-label={`HTML of ${when}`}>
          HTML
        </Anchor>
      </Group>
      <Text size="xs" c="dimmed">
        SHA-256 of the PDF <Code>{report.pdf_digest}</Code>
      </Text>
    </div>
  );
}
