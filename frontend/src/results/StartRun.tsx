import { Alert, Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { AnalysisRun } from "@/api/analysis";
import { planVersionsQuery } from "@/api/analysisPlans";
import { maskQuery } from "@/api/masking";
import type { ReaderStudy } from "@/api/readerStudies";
import { versionToRun } from "@/domain/analysisPlan";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { RunPlanAgain } from "./RunPlanAgain";
import { StartAnalysis } from "./StartAnalysis";

interface StartRunProps {
  readerStudy: ReaderStudy;
  runs: AnalysisRun[];
  shown: AnalysisRun | undefined;
  onStarted: (runId: string) => void;
}

/** Starts an analysis: by the locked plan where there is one, and apart from it an exploration without. */
export function StartRun({ readerStudy, runs, shown, onStarted }: StartRunProps) {
  const versions = useQuery(planVersionsQuery(readerStudy.id));
  const mask = useQuery(maskQuery(readerStudy.id));
  const [explores, setExplores] = useState(false);
  const failed = [versions, mask].find(({ error }) => error);
  if (failed) return <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!versions.data || !mask.data) return null;
  if (mask.data.is_masked) return <Masked readerStudyId={readerStudy.id} />;
  const plan = versionToRun(versions.data);
  // Of a result by plan "again" means the plan.
  const isExploring = explores || !plan || shown?.is_exploratory;
  return (
    <>
      {plan && (
        <RunPlanAgain
          readerStudy={readerStudy}
          number={plan.number}
          shown={shown?.plan ?? null}
          onStarted={onStarted}
        />
      )}
      {isExploring ? (
        <StartAnalysis
          readerStudy={readerStudy}
          hasRuns={runs.some(({ is_exploratory }) => is_exploratory)}
          hasPlan={plan !== undefined}
          onStarted={onStarted}
        />
      ) : (
        <Button
          variant="subtle"
          size="compact-sm"
          style={{ alignSelf: "flex-start" }}
          onClick={() => setExplores(true)}
        >
          Explore an arm without a plan…
        </Button>
      )}
    </>
  );
}

function Masked({ readerStudyId }: { readerStudyId: string }) {
  return (
    <Alert variant="light" color="blue" title="Answers are masked until the lock">
      Until the reader study is locked no analysis can be started and no result opened: it would tell what
      readers answered. Whoever has to know now breaks the mask on the{" "}
      <Anchor component={Link} to={`/reader-studies/${readerStudyId}`} size="sm">
        overview
      </Anchor>
      , which is recorded.
    </Alert>
  );
}
