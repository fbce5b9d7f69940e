import { Container, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { readerStudiesQuery } from "@/api/queries";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";

export function WorklistScreen() {
  const { data, error, isPending, refetch } = useQuery(readerStudiesQuery);
  if (isPending) return <LoadingScreen />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <Container size="lg" py="md">
      <Title order={4}>Worklist</Title>
      {data.results.length === 0 && (
        <EmptyState title="No reader study yet">
          You will see your cases here once a coordinator adds you.
        </EmptyState>
      )}
    </Container>
  );
}
