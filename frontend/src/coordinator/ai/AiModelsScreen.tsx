import { Anchor, Button, Stack, Table, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { aiModelsQuery, inferenceRunsQuery, modelVersionsQuery } from "@/api/ai";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { dateTime } from "@/ui/times";
import { InferenceRunCard } from "./InferenceRunCard";
import { RegisterModelModal } from "./RegisterModelModal";

/** Every registered AI model, and the runs on imaging studies. */
export function AiModelsScreen() {
  const [isRegistering, setRegistering] = useState(false);
  return (
    <Screen
      title="AI models"
      about="A model has versions; predictions always belong to one version and are never overwritten."
      actions={<Button onClick={() => setRegistering(true)}>Register a model</Button>}
    >
      <Tabs defaultValue="models" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="models">Models</Tabs.Tab>
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="models">
          <ModelTable />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <Runs />
        </Tabs.Panel>
      </Tabs>
      {isRegistering && <RegisterModelModal onClose={() => setRegistering(false)} />}
    </Screen>
  );
}

function ModelTable() {
  const { data: models, error, refetch } = useQuery(aiModelsQuery);
  const { data: versions } = useQuery(modelVersionsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!models) return <LoadingScreen />;
  if (models.length === 0) {
    return (
      <EmptyState title="No AI model yet">
        Register your model, then upload its predictions as CSV or post them through the API.
      </EmptyState>
    );
  }
  return (
    <Table highlightOnHover aria-label="AI models">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Intended use</Table.Th>
          <Table.Th>Versions</Table.Th>
          <Table.Th ta="right">Predictions</Table.Th>
          <Table.Th>Registered</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {models.map((model) => {
          const own = (versions ?? []).filter((version) => version.ai_model.id === model.id);
          return (
            <Table.Tr key={model.id}>
              <Table.Td>
                <Anchor component={Link} to={`/ai-models/${model.id}`} size="sm">
                  {model.name}
                </Anchor>
              </Table.Td>
              <Table.Td>{model.intended_use || "–"}</Table.Td>
              <Table.Td>{own.map((version) => version.version).join(", ") || "none"}</Table.Td>
              <Table.Td ta="right">
                {own.reduce((sum, version) => sum + version.number_of_predictions, 0)}
              </Table.Td>
              <Table.Td>{dateTime(model.created_at)}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function Runs() {
  const { data, error, refetch } = useQuery(inferenceRunsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return (
    <Stack gap="md">
      {data.length === 0 && (
        <EmptyState title="No run yet">Start one in a reader study, under AI.</EmptyState>
      )}
      {data.map((run) => (
        <InferenceRunCard key={run.id} run={run} />
      ))}
      <Text size="xs" c="dimmed">
        Newest first.
      </Text>
    </Stack>
  );
}
