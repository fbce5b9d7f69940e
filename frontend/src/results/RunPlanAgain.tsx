import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { analysisRunsKey } from "@/api/analysis";
import { runPlan } from "@/api/analysisPlans";
import type { ReaderStudy } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { TruthLink } from "@/ui/TruthLink";

interface RunPlanAgainProps {
  readerStudy: ReaderStudy;
  /** The version that is carried out: the newest that is locked. */
  number: number;
  /** The version that the shown result carried out; null where that is explored. */
  shown: number | null;
  onStarted: (runId: string) => void;
}

/** Carries the locked plan out, once more where its result is shown. */
export function RunPlanAgain({ readerStudy, number, shown, onStarted }: RunPlanAgainProps) {
  const queryClient = useQueryClient();
  const starting = useMutation({
    mutationFn: () => runPlan(readerStudy.id, number),
    onSuccess: async (run) => {
      await queryClient.invalidateQueries({ queryKey: analysisRunsKey(readerStudy.id) });
      onStarted(run.id);
    },
  });
  return (
    <>
      <Group gap="sm">
        <Button loading={starting.isPending} onClick={() => starting.mutate()}>
          {shown === number ? `Run plan ${number} again` : `Run plan ${number}`}
        </Button>
        {shown !== null && shown !== number && (
          <Text size="sm" c="dimmed">
            It has taken the place of plan {shown}, whose result is shown.
          </Text>
        )}
        {readerStudy.state !== "CLOSED" && readerStudy.state !== "LOCKED" && (
          <Text size="sm" c="dimmed">
            The reading is not closed: it will be an interim look, counted as one.
          </Text>
        )}
      </Group>
      {starting.error && (
        <>
          <ErrorNotice error={starting.error} title="The plan was not run" />
          <TruthLink error={starting.error} readerStudyId={readerStudy.id} />
        </>
      )}
    </>
  );
}
