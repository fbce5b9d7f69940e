import { Alert, Badge, Button, Group, Modal, Paper, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeWebhook, deleteWebhook, pingWebhook, renewSecret, type Webhook } from "@/api/webhooks";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";
import { Secret } from "./CreateWebhook";
import { DeliveryLog } from "./DeliveryLog";

interface WebhookCardProps {
  webhook: Webhook;
  /** Of the webhook itself. */
  path: string;
}

/** One webhook: where it leads, how it stands, what can be done with it, and its log. */
export function WebhookCard({ webhook, path }: WebhookCardProps) {
  const [isLogShown, setLogShown] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ["webhooks"] });
  const pinging = useMutation({
    mutationFn: () => pingWebhook(path),
    onSuccess: () => {
      setLogShown(true);
      return again();
    },
  });
  const switching = useMutation({
    mutationFn: () => changeWebhook(path, { is_active: !webhook.is_active }),
    onSuccess: again,
  });
  const renewing = useMutation({ mutationFn: () => renewSecret(path) });
  const deleting = useMutation({ mutationFn: () => deleteWebhook(path), onSuccess: again });
  const error = pinging.error ?? switching.error ?? renewing.error;
  return (
    <Paper withBorder p="md" component="article" aria-label={webhook.url}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Text fw={600} style={{ overflowWrap: "anywhere" }}>
                {webhook.url}
              </Text>
              <StateBadge webhook={webhook} />
            </Group>
            <Text size="xs" c="dimmed">
              {[webhook.description, webhook.events.join(", ")].filter(Boolean).join(" · ")}
            </Text>
            <Text size="xs" c="dimmed">
              {`Last delivered ${webhook.last_delivered_at ? dateTime(webhook.last_delivered_at) : "never"} · `}
              {`${webhook.number_pending} waiting, ${webhook.number_failed} given up · made by ${webhook.created_by}`}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <Button
              size="xs"
              onClick={() => pinging.mutate()}
              loading={pinging.isPending}
              disabled={!webhook.is_active}
            >
              Send a test
            </Button>
            <Button size="xs" variant="default" onClick={() => setLogShown(!isLogShown)}>
              {isLogShown ? "Hide log" : "Log"}
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => switching.mutate()}
              loading={switching.isPending}
            >
              {webhook.is_active ? "Switch off" : "Switch on"}
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => renewing.mutate()}
              loading={renewing.isPending}
            >
              New secret
            </Button>
            <Button size="xs" variant="subtle" color="red" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          </Group>
        </Group>
        <Trouble webhook={webhook} />
        {error ? <ErrorNotice error={error} /> : null}
        {isLogShown && <DeliveryLog webhook={webhook} path={path} />}
      </Stack>
      <Modal
        opened={renewing.data !== undefined}
        onClose={renewing.reset}
        title="New secret"
        centered
        size="lg"
      >
        <Secret secret={renewing.data?.secret ?? ""} onClose={renewing.reset} />
      </Modal>
      <ConfirmModal
        opened={isDeleting}
        title="Delete this webhook?"
        confirm="Delete"
        isDangerous
        isPending={deleting.isPending}
        error={deleting.error}
        onConfirm={() => deleting.mutate()}
        onClose={() => setDeleting(false)}
      >
        <Text size="sm">Nothing more is sent there, and the log of its deliveries goes with it.</Text>
      </ConfirmModal>
    </Paper>
  );
}

function StateBadge({ webhook }: { webhook: Webhook }) {
  const [colour, text] = !webhook.is_active
    ? ["gray", "Off"]
    : webhook.failing_since
      ? ["red", "Failing"]
      : ["teal", "On"];
  return (
    <Badge size="sm" color={colour} variant="light" radius="sm">
      {text}
    </Badge>
  );
}

/** Said when something is wrong: deliveries fail, or have failed for so long that the portal has stopped. */
function Trouble({ webhook }: { webhook: Webhook }) {
  if (webhook.disabled_reason === "FAILING") {
    return (
      <Alert color="red" variant="light" title={`Switched off on ${dateTime(webhook.disabled_at)}`}>
        The address did not answer for five days. What happened since was not sent: pull it by the API, mend
        the receiver, then switch the webhook on again.
      </Alert>
    );
  }
  if (!webhook.failing_since) return null;
  return (
    <Alert color="yellow" variant="light" title={`Failing since ${dateTime(webhook.failing_since)}`}>
      Each event is tried for three days with growing pauses; after five days of failures the webhook is
      switched off. The log says what the address answered.
    </Alert>
  );
}
