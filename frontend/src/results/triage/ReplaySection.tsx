import { Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "@/api/problem";
import { replayQuery } from "@/api/triage";
import { isUndefined } from "@/domain/analysisResult";
import { pointAt, type ReplayAnswer, type TriageFacts, type TriageModel } from "@/domain/triage";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { RowFaultTable } from "@/ui/RowFaultTable";
import { Section } from "@/ui/Section";
import { Remarks, Sentences } from "./Answer";
import { inputsOf, ReplayFields, type ReplayForm, TYPING_PAUSE_MS } from "./ReplayFields";
import { WaitingFigure } from "./WaitingFigure";
import { WaitTable } from "./WaitTable";

interface ReplaySectionProps {
  facts: TriageFacts;
  model: TriageModel;
  runId: string;
}

/** The cases of the analysis read once more, in the order in which they came and in the AI's. */
export function ReplaySection({ facts, model, runId }: ReplaySectionProps) {
  const isTimed = facts.arms.some(({ timed_reads }) => timed_reads > 0);
  const [form, setForm] = useState<ReplayForm>({
    arm: facts.arm,
    order: "SCORE",
    point: pointAt(model.points, model.threshold),
    arrivals: "READS",
    csv: null,
    perHour: 6,
    hours: 8,
    readers: 1,
    isTyped: !isTimed,
    minutes: 10,
  });
  const [inputs] = useDebouncedValue(inputsOf(form, model), TYPING_PAUSE_MS);
  const { data, error, isFetching } = useQuery(replayQuery(runId, inputs));
  return (
    <Section
      title="From the data"
      about="The cases of this analysis, read once more: as they came, and in the AI's order. Intervals are over days."
    >
      <ReplayFields form={form} onChange={setForm} facts={facts} model={model} />
      {error && <Refused error={error} />}
      {inputs === null && <Text c="dimmed">Choose the file of arrivals: one row for each case.</Text>}
      {isFetching && !data && <LoadingScreen />}
      {inputs !== null && data && !error && <Replayed answer={data} />}
    </Section>
  );
}

function Refused({ error }: { error: Error }) {
  if (error instanceof Problem && error.code === "invalid_csv")
    return <RowFaultTable problem={error} fileName="arrivals" />;
  return <ErrorNotice error={error} />;
}

function Replayed({ answer }: { answer: ReplayAnswer }) {
  const { counts, effect, curves } = answer;
  return (
    <>
      <Sentences sentences={answer.sentences} />
      {!isUndefined(effect) && <WaitTable label="Waits from the data" effect={effect} />}
      {curves && (
        <WaitingFigure title="Who still waits, from the data" name="triage-replay" curves={curves} />
      )}
      <Text size="xs" c="dimmed">
        {counts.waits} wait{counts.waits === 1 ? "" : "s"} ({counts.positives} of positive, {counts.negatives}{" "}
        of negative cases) in {counts.days} queue{counts.days === 1 ? "" : "s"}. Percentile intervals: whole
        queues are drawn again.
      </Text>
      <Remarks notes={answer.notes} exclusions={answer.exclusions} />
    </>
  );
}
