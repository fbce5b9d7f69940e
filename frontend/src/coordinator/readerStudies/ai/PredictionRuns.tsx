import { Anchor, Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { modelVersionsQuery, readerStudyInferenceRunsQuery, startInferenceRun } from "@/api/ai";
import { InferenceRunCard } from "@/coordinator/ai/InferenceRunCard";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";

interface PredictionRunsProps extends PartProps {
  modelVersionId: string;
}

/** Runs of the chosen model version on the cases of this reader study. */
export function PredictionRuns({ readerStudy, modelVersionId }: PredictionRunsProps) {
  const runs = useQuery(readerStudyInferenceRunsQuery(readerStudy.id));
  const { data: versions } = useQuery(modelVersionsQuery);
  const version = versions?.find((candidate) => candidate.id === modelVersionId);
  const starting = useStudyChange(readerStudy.id, () => startInferenceRun(readerStudy.id, modelVersionId));
  const hasCases = readerStudy.number_of_cases > 0;
  return (
    <Section
      title="Predictions on the cases"
      about="The launch check says how many cases have one."
      actions={
        version?.runnable && (
          <Button
            disabled={!hasCases}
            loading={starting.isPending}
            onClick={() => starting.mutate(undefined)}
          >
            Run on {readerStudy.number_of_cases} case(s)
          </Button>
        )
      }
    >
      {version && !version.runnable && (
        <Text size="sm">
          This model version runs outside the portal. Post its predictions through the API, or upload them as
          CSV under{" "}
          <Anchor component={Link} to={`/ai-models/${version.ai_model.id}`} size="sm">
            AI models
          </Anchor>
          .
        </Text>
      )}
      {starting.error && <ErrorNotice error={starting.error} title="The run was not started" />}
      {runs.error && <ErrorNotice error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <LoadingScreen />}
      {runs.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          No run yet.
        </Text>
      )}
      <Stack gap="md">
        {runs.data?.map((run) => (
          <InferenceRunCard key={run.id} run={run} />
        ))}
      </Stack>
    </Section>
  );
}
