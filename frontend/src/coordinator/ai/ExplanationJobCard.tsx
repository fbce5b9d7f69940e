import { Anchor, Button, Card, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  changeExplanationJob,
  type ExplanationJob,
  explanationJobQuery,
  explanationJobsQuery,
} from "@/api/explanations";
import { isOver } from "@/api/jobs";
import { METHOD_NAMES } from "@/domain/aiMaps";
import { studyFacts, studyName } from "@/domain/predictionWords";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";

interface ExplanationJobCardProps {
  job: ExplanationJob;
  versionId: string;
  /** Of an older job it is not told unasked which predictions it could not explain. */
  isOld: boolean;
}

/** A job that explains: how far it is, which predictions could not be explained and why, and the way to try again. */
export function ExplanationJobCard({ job, versionId, isOld }: ExplanationJobCardProps) {
  const queryClient = useQueryClient();
  const [isChosen, setChosen] = useState<boolean | null>(null);
  // Why something failed is not asked for.
  const isOpen = isChosen ?? (job.state === "FAILED" && !isOld);
  const changing = useMutation({
    mutationFn: (verb: "retry" | "cancel") => changeExplanationJob(job.id, verb),
    onSettled: () => queryClient.invalidateQueries({ queryKey: explanationJobsQuery(versionId).queryKey }),
  });
  const verb = isOver(job) ? "retry" : "cancel";
  return (
    <Card withBorder padding="sm">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text size="sm">
            {METHOD_NAMES[job.method]} of {job.output_name} · {dateTime(job.created_at)}
            {job.checks_weights && " · with the check of weights"}
          </Text>
          <Group gap="sm">
            <Anchor component="button" size="sm" aria-expanded={isOpen} onClick={() => setChosen(!isOpen)}>
              {isOpen ? "Hide predictions" : "Show predictions"}
            </Anchor>
            <Button variant="default" loading={changing.isPending} onClick={() => changing.mutate(verb)}>
              {verb === "cancel" ? "Cancel" : "Try again"}
            </Button>
          </Group>
        </Group>
        <JobProgress job={job} name="Explaining" />
        {changing.error && <ErrorNotice error={changing.error} />}
        {isOpen && <Items versionId={versionId} id={job.id} />}
      </Stack>
    </Card>
  );
}

const STATES = {
  PENDING: "waits",
  RUNNING: "waits",
  SUCCEEDED: "explained",
  FAILED: "not explained",
  CANCELLED: "cancelled",
};

function Items({ versionId, id }: { versionId: string; id: string }) {
  const { data, error } = useQuery(explanationJobQuery(versionId, id));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <LoadingScreen />;
  return data.items.map((item) => (
    <Text
      key={item.prediction_id}
      size="sm"
      style={{ overflowWrap: "anywhere" }}
      title={item.imaging_study_uid}
    >
      {studyName(item.imaging_study)} · {studyFacts(item.imaging_study)}: {STATES[item.state]}
      {item.reason && `. ${item.reason}`}
    </Text>
  ));
}
