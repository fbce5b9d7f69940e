import { Button, Group, Select, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AnalysisConfiguration, analysisRunsKey, armText, startAnalysis } from "@/api/analysis";
import { designQuery } from "@/api/designs";
import type { ReaderStudy } from "@/api/readerStudies";
import { ratingScale } from "@/domain/labelSchema";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { NumberField } from "@/ui/NumberField";
import { TruthLink } from "@/ui/TruthLink";

const LEVELS = [
  { value: "0.9", label: "90 %" },
  { value: "0.95", label: "95 %" },
  { value: "0.99", label: "99 %" },
];

interface StartAnalysisProps {
  readerStudy: ReaderStudy;
  hasRuns: boolean;
  /** A locked plan is there, beside which this is a second way. */
  hasPlan: boolean;
  onStarted: (runId: string) => void;
}

/** Explores one arm without a plan; the defaults are those of the protocol. */
export function StartAnalysis({ readerStudy, hasRuns, hasPlan, onStarted }: StartAnalysisProps) {
  const queryClient = useQueryClient();
  const [level, setLevel] = useState("0.95");
  const [threshold, setThreshold] = useState<number | null>(null);
  const { data: stored } = useQuery(designQuery(readerStudy.id));
  const arms = stored?.design.arms ?? [];
  const [arm, setArm] = useState<string | null>(null);
  // Of several arms the last one is the aided one, which is what most protocols ask about first.
  const chosenArm = arm ?? arms.at(-1)?.key ?? null;
  const starting = useMutation({
    mutationFn: (configuration: AnalysisConfiguration) => startAnalysis(readerStudy.id, configuration),
    onSuccess: async (run) => {
      await queryClient.invalidateQueries({ queryKey: analysisRunsKey(readerStudy.id) });
      onStarted(run.id);
    },
  });
  const scale = ratingScale(readerStudy.label_schema?.questions ?? []);
  const isOffScale =
    scale !== null && threshold !== null && (threshold < scale.low || threshold > scale.high);
  const start = () =>
    starting.mutate({ confidence_level: Number(level), call_threshold: threshold, arm: chosenArm });
  return (
    <>
      <Group gap="sm" align="flex-end">
        <Select
          w={130}
          label="Intervals"
          data={LEVELS}
          value={level}
          allowDeselect={false}
          onChange={(value) => value && setLevel(value)}
        />
        {scale && (
          <NumberField
            w={230}
            label={`Positive from this rating on (${scale.low} to ${scale.high})`}
            placeholder="as the reader decided"
            value={threshold}
            error={
              isOffScale
                ? `The rating goes from ${scale.low} to ${scale.high}.`
                : fieldErrors(starting.error).call_threshold
            }
            onChange={setThreshold}
          />
        )}
        {arms.length > 1 && (
          <Select
            w={200}
            label="Arm"
            allowDeselect={false}
            data={arms.map(({ key, name }) => ({ value: key, label: armText({ key, name }) }))}
            value={chosenArm}
            onChange={setArm}
          />
        )}
        <Button
          loading={starting.isPending}
          // Before the design is here nobody knows which arm.
          disabled={isOffScale || !stored}
          onClick={start}
          variant={hasRuns || hasPlan ? "default" : "filled"}
        >
          {hasRuns ? "Run again" : "Run the analysis"}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        Exploratory: it follows no plan and is no test of a hypothesis, and its result says so.
      </Text>
      {!hasPlan && readerStudy.state !== "CLOSED" && readerStudy.state !== "LOCKED" && (
        <Text size="sm" c="dimmed">
          {readerStudy.number_signed} of {readerStudy.number_of_assignments} reads are signed and the reading
          is not closed: it will be an interim look, counted as one.
        </Text>
      )}
      <StartError
        error={errorBesideFields(starting.error, ["call_threshold"])}
        readerStudyId={readerStudy.id}
      />
    </>
  );
}

function StartError({ error, readerStudyId }: { error: unknown; readerStudyId: string }) {
  if (!error) return null;
  return (
    <>
      <ErrorNotice error={error} title="The analysis was not started" />
      <TruthLink error={error} readerStudyId={readerStudyId} />
    </>
  );
}
