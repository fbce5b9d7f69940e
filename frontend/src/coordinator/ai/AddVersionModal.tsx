import { Button, Group, Modal, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createModelVersion, MODEL_VERSIONS_KEY, type NewModelVersion } from "@/api/ai";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";

interface AddVersionModalProps {
  aiModelId: string;
  onClose: () => void;
}

/** Registers a further version of a model that runs outside the portal. */
export function AddVersionModal({ aiModelId, onClose }: AddVersionModalProps) {
  const queryClient = useQueryClient();
  const form = useForm<NewModelVersion>({
    initialValues: { version: "", weights_digest: "", operating_threshold: 0.5, description: "" },
    validate: { version: (version) => (version.trim() === "" ? "Name the version." : null) },
  });
  const adding = useMutation({
    mutationFn: (values: NewModelVersion) => createModelVersion(aiModelId, values),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY });
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const error = errorBesideFields(adding.error, [
    "version",
    "weights_digest",
    "operating_threshold",
    "description",
  ]);
  return (
    <Modal opened onClose={onClose} title="Add a version" centered>
      <form onSubmit={form.onSubmit((values) => adding.mutate(values))}>
        <Stack gap="md">
          <TextInput label="Version" required data-autofocus {...form.getInputProps("version")} />
          <NumberInput
            label="Operating threshold"
            description="Scores from here on count as positive."
            min={0}
            max={1}
            step={0.05}
            {...form.getInputProps("operating_threshold")}
          />
          <Textarea label="What is different" autosize minRows={2} {...form.getInputProps("description")} />
          {error ? <ErrorNotice error={error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={adding.isPending}>
              Add
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
