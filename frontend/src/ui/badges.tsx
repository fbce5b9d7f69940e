import { Badge } from "@mantine/core";
import type { JobState } from "@/api/jobs";
import type { ReaderStudyState } from "@/api/types";

/** Said wherever a synthetic patient or study is shown, so that nobody takes it for a real one. */
export function SyntheticBadge() {
  return (
    <Badge size="xs" color="grape" variant="light" radius="sm" style={{ flexShrink: 0 }}>
      SYNTHETIC
    </Badge>
  );
}

export function DemoBadge() {
  return (
    <Badge size="xs" color="grape" variant="light" radius="sm">
      DEMO
    </Badge>
  );
}

const STUDY_COLOURS: Record<ReaderStudyState, string> = {
  DRAFT: "gray",
  PILOTING: "grape",
  OPEN: "teal",
  PAUSED: "yellow",
  CLOSED: "blue",
  LOCKED: "indigo",
};

export function ReaderStudyStateBadge({ state }: { state: ReaderStudyState }) {
  return (
    <Badge size="sm" color={STUDY_COLOURS[state]} variant="light" radius="sm">
      {state}
    </Badge>
  );
}

const JOB_LOOKS: Record<JobState, { colour: string; text: string }> = {
  PENDING: { colour: "gray", text: "Waiting" },
  RUNNING: { colour: "blue", text: "Running" },
  SUCCEEDED: { colour: "teal", text: "Done" },
  FAILED: { colour: "red", text: "Failed" },
  CANCELLED: { colour: "yellow", text: "Cancelled" },
};

export function JobStateBadge({ state }: { state: JobState }) {
  const look = JOB_LOOKS[state];
  return (
    <Badge size="sm" color={look.colour} variant="light" radius="sm">
      {look.text}
    </Badge>
  );
}
