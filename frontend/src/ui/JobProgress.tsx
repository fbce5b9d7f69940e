import { Alert, Group, Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { isOver, type Job } from "@/api/jobs";
import { JobStateBadge } from "./badges";
import { dateTime } from "./times";

interface JobProgressProps {
  job: Job;
  /** What the job does, such as "Ingest". */
  name: string;
  actions?: ReactNode;
}

/** How far a piece of background work is, and why it failed when it did. */
export function JobProgress({ job, name, actions }: JobProgressProps) {
  const percent = job.progress_total > 0 ? (100 * job.progress_done) / job.progress_total : 0;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <JobStateBadge state={job.state} />
        <Text size="sm" role="status" aria-live="polite">
          {sentence(job)}
        </Text>
        {actions}
      </Group>
      {!isOver(job) && (
        <Progress
          value={job.progress_total > 0 ? percent : 100}
          animated
          aria-label={`${name}: ${Math.round(percent)} %`}
        />
      )}
      {job.state === "FAILED" && (
        <Alert color="red" variant="light" title={`${name} failed`} role="alert">
          <Text size="sm">{job.error_detail || "No reason was given."}</Text>
          {job.error_code && <Text size="xs">Code {job.error_code}</Text>}
        </Alert>
      )}
    </Stack>
  );
}

function sentence(job: Job): string {
  if (job.state === "PENDING") return "Waiting for a worker";
  if (job.state === "SUCCEEDED") return `Finished ${dateTime(job.finished_at)}`;
  if (job.progress_message !== "") return job.progress_message;
  return job.progress_total > 0 ? `${job.progress_done} of ${job.progress_total}` : "";
}
