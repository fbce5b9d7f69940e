import { Alert, Button } from "@mantine/core";
import { isOver } from "@/api/jobs";
import type { ReferenceJob } from "@/api/referenceJobs";
import { JobProgress } from "@/ui/JobProgress";

interface ReferenceJobStatusProps {
  job: ReferenceJob | undefined;
  onCancel: () => void;
}

/** How far a look or a storing is, with the way to stop it; nothing once it has ended well. */
export function ReferenceJobStatus({ job, onCancel }: ReferenceJobStatusProps) {
  if (!job) return null;
  if (job.state === "CANCELLED") {
    return (
      <Alert color="gray" variant="light" role="status" title="Cancelled">
        Nothing was stored.
      </Alert>
    );
  }
  if (isOver(job)) return null;
  return (
    <JobProgress
      job={job}
      name={job.is_storing ? "Storing" : "Preview"}
      actions={
        <Button variant="default" size="compact-xs" onClick={onCancel}>
          Cancel
        </Button>
      }
    />
  );
}
