import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { planSampleSize, sampleSizesQuery } from "@/api/sampleSizes";
import { FIRST_PLAN, formOf, type PlanForm, type SampleSizeInputs } from "@/domain/sampleSize";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { type PartProps, useStudyChange } from "../parts";
import { PlanHistory } from "./PlanHistory";
import { PlanSection } from "./PlanSection";
import { SampleSizeSection } from "./SampleSizeSection";

/** Readers and cases that a reader study needs: a plan, what it gives, and every plan that was made. */
export function SampleSizePart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(sampleSizesQuery(readerStudy.id));
  const [form, setForm] = useState<PlanForm>(FIRST_PLAN);
  const [chosen, setChosen] = useState<number | null>(null);
  const planning = useStudyChange(
    readerStudy.id,
    (inputs: SampleSizeInputs) => planSampleSize(readerStudy.id, inputs),
    (made) => setChosen(made.number),
  );
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const shown = data.find(({ number }) => number === chosen) ?? data[0];
  return (
    <Stack gap="md">
      {readerStudy.state !== "LOCKED" && (
        <PlanSection
          form={form}
          onChange={(next) => {
            planning.reset();
            setForm(next);
          }}
          planning={planning}
        />
      )}
      {shown ? (
        <SampleSizeSection readerStudy={readerStudy} sampleSize={shown} />
      ) : (
        <EmptyState title="No sample size yet">
          What is computed is saved with the reader study and shown here.
        </EmptyState>
      )}
      {data.length > 0 && (
        <PlanHistory
          plans={data}
          shown={shown?.number}
          onShow={setChosen}
          onGoOn={readerStudy.state === "LOCKED" ? null : (plan) => setForm(formOf(plan.inputs))}
        />
      )}
    </Stack>
  );
}
