import { Button, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { webhooksPath, webhooksQuery } from "@/api/webhooks";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { CreateWebhook } from "./CreateWebhook";
import { WebhookCard } from "./WebhookCard";
import { SITE_EVENTS, STUDY_EVENTS } from "./words";

/** The webhooks of the site (null) or of one reader study. */
export function WebhookList({ readerStudyId }: { readerStudyId: string | null }) {
  const path = webhooksPath(readerStudyId);
  const { data: webhooks, error, refetch } = useQuery(webhooksQuery(path));
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title="Webhooks"
      about="A program of yours is told at once when something happens: which object, not what it says. It asks the API for the rest."
      actions={<Button onClick={() => setCreating(true)}>New webhook</Button>}
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!webhooks && !error && <LoadingScreen />}
      {webhooks?.length === 0 && (
        <EmptyState title="No webhook yet">
          Make one to be told of signed reads without asking again and again.
        </EmptyState>
      )}
      <Stack gap="sm">
        {webhooks?.map((webhook) => (
          <WebhookCard key={webhook.id} webhook={webhook} path={`${path}/${webhook.id}`} />
        ))}
      </Stack>
      {isCreating && (
        <CreateWebhook
          path={path}
          events={readerStudyId === null ? SITE_EVENTS : STUDY_EVENTS}
          onClose={() => setCreating(false)}
        />
      )}
    </Section>
  );
}
