import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { aiModelQuery, modelVersionsQuery } from "@/api/ai";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { AddVersionModal } from "./AddVersionModal";
import { EnsembleModal, mayJoin } from "./EnsembleModal";
import { PostersSection } from "./PostersSection";
import { UploadsSection } from "./UploadsSection";
import { VersionSection } from "./VersionSection";

/** One AI model with its versions and the way in for predictions. */
export function AiModelScreen() {
  const { id = "" } = useParams();
  const model = useQuery(aiModelQuery(id));
  const versions = useQuery(modelVersionsQuery);
  const [isAdding, setAdding] = useState(false);
  const [isCombining, setCombining] = useState(false);
  const error = model.error ?? versions.error;
  if (error) return <ErrorNotice error={error} />;
  if (!model.data || !versions.data) return <LoadingScreen />;
  const own = versions.data.filter((version) => version.ai_model.id === id);
  return (
    <Screen
      title={model.data.name}
      about={
        <Anchor component={Link} to="/ai-models" size="xs">
          ← AI models
        </Anchor>
      }
      actions={
        <Group gap="sm">
          {own.filter(mayJoin).length > 1 && (
            <Button variant="default" onClick={() => setCombining(true)}>
              Combine versions
            </Button>
          )}
          <Button onClick={() => setAdding(true)}>Add a version</Button>
        </Group>
      }
    >
      <Stack gap={4}>
        {model.data.intended_use && <Text size="sm">{model.data.intended_use}</Text>}
        {model.data.description && (
          <Text size="sm" c="dimmed">
            {model.data.description}
          </Text>
        )}
      </Stack>
      <UploadsSection aiModelId={id} />
      {own.length === 0 && (
        <EmptyState title="No version yet">
          Add the version whose predictions you want to evaluate: a file that the portal runs, or predictions
          that are posted.
        </EmptyState>
      )}
      {own.map((version) => (
        <VersionSection key={version.id} version={version} />
      ))}
      <PostersSection aiModelId={id} />
      {isCombining && (
        <EnsembleModal aiModelId={id} versions={own.filter(mayJoin)} onClose={() => setCombining(false)} />
      )}
      {isAdding && <AddVersionModal aiModelId={id} basis={own[0]} onClose={() => setAdding(false)} />}
    </Screen>
  );
}
