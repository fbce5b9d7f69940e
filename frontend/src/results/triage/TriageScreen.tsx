import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { Problem } from "@/api/problem";
import { triageFactsQuery } from "@/api/triage";
import type { TriageFacts, TriageModel } from "@/domain/triage";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { HintArea } from "@/ui/HintArea";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { ReaderStudyFrame } from "@/ui/ReaderStudyFrame";
import { TruthLink } from "@/ui/TruthLink";
import { ModelField } from "./ModelField";
import { QueueSection } from "./QueueSection";
import { ReplaySection } from "./ReplaySection";

/** What reading in the AI's order does to the time until cases are read, by one analysis. */
export function TriageScreen() {
  const { id = "", runId = "" } = useParams();
  return <ReaderStudyFrame id={id}>{() => <Triage readerStudyId={id} runId={runId} />}</ReaderStudyFrame>;
}

function Triage({ readerStudyId, runId }: { readerStudyId: string; runId: string }) {
  const { data, error, refetch } = useQuery(triageFactsQuery(runId));
  if (error instanceof Problem && error.status === 404) return <NotFoundScreen />;
  if (error) {
    return (
      <>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <TruthLink error={error} readerStudyId={readerStudyId} />
      </>
    );
  }
  if (!data) return <LoadingScreen />;
  return (
    <HintArea>
      <div>
        <Anchor component={Link} to={`/reader-studies/${readerStudyId}/results?run=${runId}`} size="sm">
          ← Results
        </Anchor>
        <Text size="sm" c="dimmed" maw={900}>
          Triage changes no read: it only changes who waits. These figures are simulated from this analysis,
          and no plan fixed them beforehand: they are exploratory.
        </Text>
      </div>
      <OfModel facts={data} runId={runId} />
    </HintArea>
  );
}

function OfModel({ facts, runId }: { facts: TriageFacts; runId: string }) {
  const [id, setId] = useState(facts.models[0]?.id);
  const model = facts.models.find((one) => one.id === id);
  if (!model || model.positives + model.negatives === 0) return <NothingToOrder model={model} />;
  const field = facts.models.length > 1 && (
    <ModelField models={facts.models} chosen={model} onChange={setId} />
  );
  return (
    <>
      {field}
      <ReplaySection key={`replay ${model.id}`} facts={facts} model={model} runId={runId} />
      <QueueSection key={`queue ${model.id}`} facts={facts} model={model} runId={runId} />
    </>
  );
}

function NothingToOrder({ model }: { model: TriageModel | undefined }) {
  return (
    <EmptyState title={model ? "No case has a truth and a score" : "This analysis has no AI"}>
      {model
        ? model.exclusions.map(({ detail, n }) => `${n}: ${detail}`).join(" ")
        : "Choose a model version on the AI page, or compare one in the analysis plan, and run the analysis again."}
    </EmptyState>
  );
}
