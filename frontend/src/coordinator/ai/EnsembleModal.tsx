import { Button, Group, Modal, MultiSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createEnsemble, MODEL_VERSIONS_KEY, type ModelVersion } from "@/api/ai";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";

interface EnsembleModalProps {
  aiModelId: string;
  /** Those that may be members. */
  versions: ModelVersion[];
  onClose: () => void;
}

const FIELDS = ["version", "description"];

/** Whether a version may be a member: a file that runs here. */
export const mayJoin = ({ kind }: ModelVersion): boolean =>
  kind === "TORCHSCRIPT" || kind === "TORCH_EXPORT" || kind === "ONNX";

/** Registers several versions as one that asks all of them. */
export function EnsembleModal({ aiModelId, versions, onClose }: EnsembleModalProps) {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { version: "", member_ids: [] as string[], description: "" },
    validate: {
      version: (version) => (version.trim() === "" ? "Name the version." : null),
      member_ids: (ids) => (ids.length < 2 ? "Choose at least two versions." : null),
    },
  });
  const combining = useMutation({
    mutationFn: (values: typeof form.values) => createEnsemble(aiModelId, values),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY });
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  // Which member it is about the server says by its place; shown with its words below the fields.
  const error = errorBesideFields(combining.error, FIELDS);
  return (
    <Modal opened onClose={onClose} title="Combine versions" centered size="lg">
      <form noValidate onSubmit={form.onSubmit((values) => combining.mutate(values))}>
        <Stack gap="md">
          <Text size="sm">
            An ensemble asks all of its members. Its score is their mean, its uncertainty their standard
            deviation; findings and heat map are those of the first. Members have the same input and outputs
            in their cards.
          </Text>
          <TextInput label="Version" required data-autofocus {...form.getInputProps("version")} />
          <MultiSelect
            label="Members, in their order"
            required
            maxValues={10}
            data={versions.map(({ id, version }) => ({ value: id, label: version }))}
            {...form.getInputProps("member_ids")}
          />
          <Textarea label="What it is" autosize minRows={2} {...form.getInputProps("description")} />
          {error ? <ErrorNotice error={error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={combining.isPending}>
              Combine
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
