import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { readerStudiesQuery } from "@/api/queries";
import { createReaderStudy } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";

interface CreateReaderStudyModalProps {
  onClose: () => void;
  onCreated: (id: string) => void;
}

/** Asks for the name; everything else is built on the reader study's own pages. */
export function CreateReaderStudyModal({ onClose, onCreated }: CreateReaderStudyModalProps) {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { name: "", description: "" },
    validate: { name: (name) => (name.trim() === "" ? "Give it a name." : null) },
  });
  const creating = useMutation({
    mutationFn: createReaderStudy,
    onSuccess: async (study) => {
      await queryClient.invalidateQueries({ queryKey: readerStudiesQuery.queryKey });
      onCreated(study.id);
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const error = errorBesideFields(creating.error, ["name", "description"]);
  return (
    <Modal opened onClose={onClose} title="New reader study" centered>
      <form onSubmit={form.onSubmit((values) => creating.mutate(values))}>
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder="Lung nodules on chest CT, 2026"
            maxLength={120}
            data-autofocus
            required
            {...form.getInputProps("name")}
          />
          <Textarea
            label="Description"
            description="Readers can get it through the API: write nothing that would unblind them."
            autosize
            minRows={3}
            {...form.getInputProps("description")}
          />
          {error ? <ErrorNotice error={error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={creating.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
