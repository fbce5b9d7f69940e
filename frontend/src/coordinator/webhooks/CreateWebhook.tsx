import {
  Alert,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Modal,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createWebhook, webhooksQuery } from "@/api/webhooks";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { EVENT_TEXT } from "./words";

interface CreateWebhookProps {
  path: string;
  events: string[];
  onClose: () => void;
}

/** Registers an address and shows its secret, this once. */
export function CreateWebhook({ path, events, onClose }: CreateWebhookProps) {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { url: "", description: "", events: [] as string[] },
    validate: {
      url: (url) => (url.trim() === "" ? "Give the address to send to." : null),
      events: (chosen) => (chosen.length === 0 ? "Choose at least one event." : null),
    },
  });
  const making = useMutation({
    mutationFn: (values: typeof form.values) => createWebhook(path, { ...values, url: values.url.trim() }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: webhooksQuery(path).queryKey }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const error = errorBesideFields(making.error, ["url", "events", "description"]);
  return (
    <Modal opened onClose={onClose} title="New webhook" centered size="lg">
      {making.data ? (
        <Secret secret={making.data.secret} onClose={onClose} />
      ) : (
        <form onSubmit={form.onSubmit((values) => making.mutate(values))}>
          <Stack gap="md">
            <TextInput
              label="Address"
              description="A program of yours that takes POST requests, with https."
              placeholder="https://registry.example.org/overread"
              required
              data-autofocus
              autoComplete="off"
              {...form.getInputProps("url")}
            />
            <TextInput label="What it is for" autoComplete="off" {...form.getInputProps("description")} />
            <Checkbox.Group label="Tell it when" {...form.getInputProps("events")}>
              <Stack gap={6} mt={6}>
                {events.map((event) => (
                  <Checkbox key={event} value={event} label={EVENT_TEXT[event]} description={event} />
                ))}
              </Stack>
            </Checkbox.Group>
            {error ? <ErrorNotice error={error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={making.isPending}>
                Make the webhook
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

/** A secret that is shown once, with what it is good for. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Alert color="teal" variant="light" title="Copy the secret now: it is not shown again" role="status">
        <Group gap="sm" wrap="nowrap">
          <Code style={{ overflowWrap: "anywhere" }}>{secret}</Code>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
        </Group>
        <Text size="xs" c="dimmed" mt="xs">
          Your program checks the header Overread-Signature with it, so that nobody else can write to you.
        </Text>
      </Alert>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
