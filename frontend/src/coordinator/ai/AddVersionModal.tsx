import { Button, Group, Modal, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createModelVersion, MODEL_VERSIONS_KEY, type ModelVersion } from "@/api/ai";
import { cardOf, draftFaults, draftField, draftOf } from "@/domain/modelCardDraft";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { CardFields } from "./CardFields";

interface AddVersionModalProps {
  aiModelId: string;
  /** The version whose card the new one begins with. */
  basis: ModelVersion | undefined;
  onClose: () => void;
}

/** Registers a further version of a model that runs outside the portal; a card is edited as a new version. */
export function AddVersionModal({ aiModelId, basis, onClose }: AddVersionModalProps) {
  const queryClient = useQueryClient();
  const [hasCard, setHasCard] = useState(true);
  const form = useForm({
    initialValues: { version: "", weights_digest: "", description: "" },
    validate: { version: (version) => (version.trim() === "" ? "Name the version." : null) },
  });
  const cardForm = useForm({ initialValues: draftOf(basis?.card ?? undefined), validate: draftFaults });
  const adding = useMutation({
    mutationFn: () =>
      createModelVersion(aiModelId, { ...form.values, ...(hasCard && { card: cardOf(cardForm.values) }) }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY });
      onClose();
    },
    onError: (error) => {
      const faults = Object.entries(fieldErrors(error));
      form.setErrors(Object.fromEntries(faults.filter(([field]) => !field.startsWith("card."))));
      const inCard = faults.filter(([field]) => field.startsWith("card."));
      cardForm.setErrors(Object.fromEntries(inCard.map(([field, detail]) => [draftField(field), detail])));
    },
  });
  const shown = Object.keys(fieldErrors(adding.error)).filter((field) => field.startsWith("card."));
  const error = errorBesideFields(adding.error, ["version", "weights_digest", "description", ...shown]);
  const send = () => {
    const isFaulty = [form.validate(), ...(hasCard ? [cardForm.validate()] : [])].some(
      (one) => one.hasErrors,
    );
    if (!isFaulty) adding.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Add a version" centered size="xl">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Stack gap="md">
          <TextInput label="Version" required data-autofocus {...form.getInputProps("version")} />
          <TextInput
            label="Weights (SHA-256)"
            description="64 hexadecimal digits; ties predictions to one build."
            {...form.getInputProps("weights_digest")}
          />
          <Textarea label="What is different" autosize minRows={2} {...form.getInputProps("description")} />
          <Switch
            label="With a model card"
            description={
              basis?.card
                ? `Begins as the card of version ${basis.version}, which itself never changes.`
                : "Without one nobody can tell what the version is for, and its threshold is 0.5."
            }
            checked={hasCard}
            onChange={(event) => setHasCard(event.currentTarget.checked)}
          />
          {hasCard && <CardFields form={cardForm} />}
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
