import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AnalysisRun, analysisRunsKey, changeAnalysis } from "@/api/analysis";
import { isOver } from "@/api/jobs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";

interface RunStatusProps {
  readerStudyId: string;
  run: AnalysisRun;
}

/** How far an analysis is; the way to stop it, and to try again after a failure. */
export function RunStatus({ readerStudyId, run }: RunStatusProps) {
  const queryClient = useQueryClient();
  const changing = useMutation({
    mutationFn: (verb: "cancel" | "retry") => changeAnalysis(run.id, verb),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: analysisRunsKey(readerStudyId) }),
  });
  const mayRetry = run.state === "FAILED" || run.state === "CANCELLED";
  return (
    <>
      <JobProgress
        job={run}
        name="Analysis"
        actions={
          <>
            {!isOver(run) && (
              <Button
                variant="default"
                size="compact-xs"
                loading={changing.isPending}
                onClick={() => changing.mutate("cancel")}
              >
                Cancel
              </Button>
            )}
            {mayRetry && (
              <Button size="compact-xs" loading={changing.isPending} onClick={() => changing.mutate("retry")}>
                Try again
              </Button>
            )}
          </>
        }
      />
      {changing.error && <ErrorNotice error={changing.error} />}
    </>
  );
}
