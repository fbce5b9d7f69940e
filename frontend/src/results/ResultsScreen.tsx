import { Anchor, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { type AnalysisRun, analysisRunsQuery, armText } from "@/api/analysis";
import type { ReaderStudy } from "@/api/readerStudies";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { ReaderStudyFrame } from "@/ui/ReaderStudyFrame";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { ResultView } from "./ResultView";
import { RunNotices } from "./RunNotices";
import { RunStatus } from "./RunStatus";
import { StartRun } from "./StartRun";

/** The results of one reader study: start an analysis, follow it, read it. */
export function ResultsScreen() {
  const { id = "" } = useParams();
  return (
    <ReaderStudyFrame id={id}>{(readerStudy) => <Results readerStudy={readerStudy} />}</ReaderStudyFrame>
  );
}

function Results({ readerStudy }: { readerStudy: ReaderStudy }) {
  const [parameters, setParameters] = useSearchParams();
  const { data: runs, error, refetch } = useQuery(analysisRunsQuery(readerStudy.id));
  if (readerStudy.state === "DRAFT") {
    return (
      <EmptyState title="Not launched yet">
        Results come from signed reads. Launch the reader study first, on its overview.
      </EmptyState>
    );
  }
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!runs) return <LoadingScreen />;
  const shown = runs.find((run) => run.id === parameters.get("run")) ?? runs[0];
  const show = (runId: string) => setParameters({ run: runId }, { replace: true });
  return (
    <>
      <Section
        title="Analysis"
        about="An analysis freezes the reads, the predictions and the reference standard as they are now, and computes only from that."
        actions={runs.length > 1 && shown && <RunSelect runs={runs} shown={shown} onShow={show} />}
      >
        <StartRun readerStudy={readerStudy} runs={runs} shown={shown} onStarted={show} />
        {shown && <RunStatus readerStudyId={readerStudy.id} run={shown} />}
      </Section>
      {shown?.state === "SUCCEEDED" && <RunNotices run={shown} />}
      {shown?.state === "SUCCEEDED" && (
        <Anchor
          component={Link}
          to={`/reader-studies/${readerStudy.id}/results/${shown.id}/triage`}
          size="sm"
        >
          Triage: what the AI's order does to waiting times →
        </Anchor>
      )}
      {shown?.state === "SUCCEEDED" && <ResultView readerStudyId={readerStudy.id} run={shown} />}
    </>
  );
}

interface RunSelectProps {
  runs: AnalysisRun[];
  shown: AnalysisRun;
  onShow: (runId: string) => void;
}

function RunSelect({ runs, shown, onShow }: RunSelectProps) {
  const hasArms = new Set(runs.map(({ arm }) => arm?.key)).size > 1;
  return (
    <Select
      w={340}
      aria-label="Which analysis to show"
      data={runs.map((run, index) => ({
        value: run.id,
        label: [
          run.plan === null ? "exploratory" : `plan ${run.plan}`,
          hasArms && run.arm && armText(run.arm),
          `${dateTime(run.created_at)}${index === 0 ? " (newest)" : ""}`,
          run.state !== "SUCCEEDED" && run.state.toLowerCase(),
          run.notices.length > 0 && "older truth",
        ]
          .filter(Boolean)
          .join(", "),
      }))}
      value={shown.id}
      allowDeselect={false}
      onChange={(runId) => runId && onShow(runId)}
    />
  );
}
