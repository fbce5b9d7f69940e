import { Anchor, Group, Text } from "@mantine/core";
import { useState } from "react";
import type { ExplanationJob } from "@/api/explanations";
import { foldedJobs, foldText } from "@/domain/foldedJobs";
import { ExplanationJobCard } from "./ExplanationJobCard";

interface ExplanationJobsProps {
  /** Newest first. */
  jobs: ExplanationJob[];
  versionId: string;
}

/** Jobs that have not stored all they were asked for; older ones stay behind a line, for they may be tried again. */
export function ExplanationJobs({ jobs, versionId }: ExplanationJobsProps) {
  const [isOpen, setOpen] = useState(false);
  const { shown, folded } = foldedJobs(jobs);
  const cards = (list: ExplanationJob[], isOld: boolean) =>
    list.map((job) => <ExplanationJobCard key={job.id} job={job} versionId={versionId} isOld={isOld} />);
  return (
    <>
      {cards(shown, false)}
      {folded.length > 0 && (
        <Group gap="sm">
          <Text size="sm" c="dimmed">
            {foldText(folded)}
          </Text>
          <Anchor component="button" size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "Hide them" : "Show them"}
          </Anchor>
        </Group>
      )}
      {isOpen && cards(folded, true)}
    </>
  );
}
