import { Button, Group, Modal, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { AI_MODELS_KEY, createAiModel, createModelVersion, MODEL_VERSIONS_KEY } from "@/api/ai";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";

const FIELDS = ["name", "description", "intended_use", "version", "operating_threshold"];

/** Registers a model together with its first version: neither is of use alone. */
export function RegisterModelModal({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "", description: "", intended_use: "", version: "1.0", operating_threshold: 0.5 },
    validate: {
      name: (name) => (name.trim() === "" ? "Give it a name." : null),
      version: (version) => (version.trim() === "" ? "Name the version." : null),
    },
  });
  const registering = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const { name, description, intended_use } = values;
      const model = await createAiModel({ name, description, intended_use });
      await createModelVersion(model.id, {
        version: values.version,
        weights_digest: "",
        operating_threshold: values.operating_threshold,
        description: "",
      });
      return model;
    },
    onSuccess: async (model) => {
      await queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY });
      void navigate(`/ai-models/${model.id}`);
    },
    // The model may exist although its version was refused, so the list is asked again in any case.
    onSettled: () => queryClient.invalidateQueries({ queryKey: AI_MODELS_KEY }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const error = errorBesideFields(registering.error, FIELDS);
  return (
    <Modal opened onClose={onClose} title="Register a model" centered>
      <form onSubmit={form.onSubmit((values) => registering.mutate(values))}>
        <Stack gap="md">
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <Textarea
            label="Intended use"
            description="In one sentence: which finding, on which images, for whom."
            autosize
            minRows={2}
            {...form.getInputProps("intended_use")}
          />
          <Textarea label="Description" autosize minRows={2} {...form.getInputProps("description")} />
          <Group grow align="flex-start">
            <TextInput label="First version" required {...form.getInputProps("version")} />
            <NumberInput
              label="Operating threshold"
              description="Scores from here on count as positive."
              min={0}
              max={1}
              step={0.05}
              {...form.getInputProps("operating_threshold")}
            />
          </Group>
          {error ? <ErrorNotice error={error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={registering.isPending}>
              Register
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
