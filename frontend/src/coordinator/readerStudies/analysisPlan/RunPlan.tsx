import { Button, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { analysisRunsKey } from "@/api/analysis";
import { runPlan } from "@/api/analysisPlans";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { TruthLink } from "@/ui/TruthLink";
import { useIsMasked } from "../masking/useIsMasked";
import { type PartProps, useStudyChange } from "../parts";

/** Carries out a locked version, and leads to where its progress and its result are. */
export function RunPlan({ readerStudy, number }: PartProps & { number: number }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const running = useStudyChange(
    readerStudy.id,
    () => runPlan(readerStudy.id, number),
    (run) => {
      void queryClient.invalidateQueries({ queryKey: analysisRunsKey(readerStudy.id) });
      void navigate(`/reader-studies/${readerStudy.id}/results?run=${run.id}`);
    },
  );
  const isMasked = useIsMasked(readerStudy.id);
  const { state, number_signed, number_of_assignments } = readerStudy;
  if (state === "DRAFT") {
    return (
      <Text size="sm" c="dimmed">
        It can be run after the launch.
      </Text>
    );
  }
  if (isMasked) {
    return (
      <Text size="sm" c="dimmed">
        It can be run once the reader study is locked: until then answers are masked, and a result would tell
        them. Who has to know now breaks the mask on the overview, which is recorded.
      </Text>
    );
  }
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        loading={running.isPending}
        disabled={isMasked === undefined}
        onClick={() => running.mutate(undefined)}
      >
        Run version {number}
      </Button>
      {state !== "CLOSED" && state !== "LOCKED" && (
        <Text size="sm" c="dimmed">
          {number_signed} of {number_of_assignments} reads are signed and the reading is not closed: it will
          be an interim look, counted as one.
        </Text>
      )}
      {running.error && (
        <>
          <ErrorNotice error={running.error} title="The plan was not run" />
          <TruthLink error={running.error} readerStudyId={readerStudy.id} />
        </>
      )}
    </Stack>
  );
}
