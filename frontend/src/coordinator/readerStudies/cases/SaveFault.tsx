import { Alert, Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/problem";
import { type Case, casesQuery } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";

interface SaveFaultProps {
  error: unknown;
  readerStudyId: string;
  onNewer: (cases: Case[]) => void;
}

/** Why a selection was not saved; where the cases were changed elsewhere, the way on with what was picked here. */
export function SaveFault({ error, readerStudyId, onNewer }: SaveFaultProps) {
  const queryClient = useQueryClient();
  const looking = useMutation({
    mutationFn: () => queryClient.fetchQuery({ ...casesQuery(readerStudyId), staleTime: 0 }),
    onSuccess: onNewer,
  });
  if (!(error instanceof Problem && error.code === "stale_cases")) {
    return <ErrorNotice error={error} title="The selection was not saved" />;
  }
  return (
    <>
      <Alert color="yellow" variant="light" role="alert" title="The cases were changed elsewhere meanwhile">
        <Group justify="space-between">
          <Text size="sm">
            Nothing was saved. What you picked and took out here stays and is applied to the present cases.
          </Text>
          <Button size="xs" loading={looking.isPending} onClick={() => looking.mutate()}>
            Load the present cases
          </Button>
        </Group>
      </Alert>
      {looking.error && <ErrorNotice error={looking.error} title="The cases could not be loaded" />}
    </>
  );
}
