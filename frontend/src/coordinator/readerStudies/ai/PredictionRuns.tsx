import { Anchor, Button, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import {
  type AskedUncertainty,
  INFERENCE_RUNS_KEY,
  inferenceRunsQuery,
  modelVersionsQuery,
  type RunPriority,
  startInferenceRun,
} from "@/api/ai";
import { casesQuery, imagesOf } from "@/api/readerStudies";
import { InferenceRunCard } from "@/coordinator/ai/InferenceRunCard";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import { UncertaintySelect } from "./UncertaintySelect";

interface PredictionRunsProps extends PartProps {
  modelVersionId: string;
}

/** Of the runs that wait, which comes next. */
const PRIORITIES: { value: RunPriority; label: string }[] = [
  { value: "HIGH", label: "High priority" },
  { value: "NORMAL", label: "Normal priority" },
  { value: "LOW", label: "Low priority" },
];

/** Runs of the chosen model version, and a new one on the cases of this reader study. */
export function PredictionRuns({ readerStudy, modelVersionId }: PredictionRunsProps) {
  const queryClient = useQueryClient();
  const [priority, setPriority] = useState<RunPriority>("NORMAL");
  const [uncertainty, setUncertainty] = useState<AskedUncertainty | null>(null);
  const runs = useQuery(inferenceRunsQuery);
  const own = runs.data?.filter((run) => run.model_version.id === modelVersionId);
  const cases = useQuery(casesQuery(readerStudy.id));
  const { data: versions } = useQuery(modelVersionsQuery);
  const version = versions?.find((candidate) => candidate.id === modelVersionId);
  const starting = useStudyChange(
    readerStudy.id,
    (imagingStudyIds: string[]) =>
      startInferenceRun(modelVersionId, imagingStudyIds, { priority, uncertainty }),
    () => void queryClient.invalidateQueries({ queryKey: INFERENCE_RUNS_KEY }),
  );
  const imagingStudyIds = (cases.data ?? []).flatMap(imagesOf).map(({ id }) => id);
  return (
    <Section
      title="Predictions on the cases"
      about="All runs of this model version. The launch check says how many cases have a prediction."
      actions={
        version?.runnable && (
          <Group gap="sm">
            <UncertaintySelect version={version} value={uncertainty} onChange={setUncertainty} />
            <Select
              aria-label="Priority of the run"
              data={PRIORITIES}
              allowDeselect={false}
              w={150}
              value={priority}
              onChange={(value) => setPriority(value as RunPriority)}
            />
            <Button
              disabled={imagingStudyIds.length === 0}
              loading={starting.isPending}
              onClick={() => starting.mutate(imagingStudyIds)}
            >
              Run on {imagingStudyIds.length} imaging studies
            </Button>
          </Group>
        )
      }
    >
      {version && !version.runnable && (
        <Text size="sm">
          This model version runs outside the portal. Post its predictions through the API, or upload them as
          CSV or DICOM files under{" "}
          <Anchor component={Link} to={`/ai-models/${version.ai_model.id}`} size="sm">
            AI models
          </Anchor>
          .
        </Text>
      )}
      {starting.error && <ErrorNotice error={starting.error} title="The run was not started" />}
      {runs.error && <ErrorNotice error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <LoadingScreen />}
      {own?.length === 0 && (
        <Text size="sm" c="dimmed">
          No run yet.
        </Text>
      )}
      <Stack gap="md">
        {own?.map((run) => (
          <InferenceRunCard key={run.id} run={run} />
        ))}
      </Stack>
    </Section>
  );
}
