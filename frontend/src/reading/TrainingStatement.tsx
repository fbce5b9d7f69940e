import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { acceptTraining, type Training, trainingQuery } from "@/api/training";
import { ErrorNotice } from "@/ui/ErrorNotice";

/** What is still to do of the training, or the statement with which the reader goes on to the cases that count. */
export function TrainingStatement({
  readerStudyId,
  training,
}: {
  readerStudyId: string;
  training: Training;
}) {
  const client = useQueryClient();
  const accepting = useMutation({
    mutationFn: () => acceptTraining(readerStudyId),
    onSettled: () => client.invalidateQueries(trainingQuery(readerStudyId)),
  });
  if (!training.may_accept) return <div>{whatIsLeft(training)}</div>;
  return (
    <>
      <div>{training.statement}</div>
      {accepting.error && <ErrorNotice error={accepting.error} title="Not stored" />}
      <Button size="xs" mt={6} loading={accepting.isPending} onClick={() => accepting.mutate()}>
        I am done with the training
      </Button>
    </>
  );
}

function whatIsLeft({ cases, signed, seen }: Training): string {
  if (signed < cases) return `Training: ${signed} of ${cases} cases signed.`;
  return `Training: all ${cases} cases are signed. Open the ${cases - seen} whose truth you have not looked at yet.`;
}
