import { Button, Group, Modal, SegmentedControl, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import {
  AI_MODELS_KEY,
  createModelVersion,
  MODEL_VERSIONS_KEY,
  type ModelVersion,
  uploadModel,
} from "@/api/ai";
import { cardOf, draftFaults, draftField, draftOf } from "@/domain/modelCardDraft";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { CardFields } from "./CardFields";
import { type ModelFile, ModelFileFields, SendProgress } from "./ModelFileFields";

interface AddVersionModalProps {
  aiModelId: string;
  /** The version whose card the new one begins with. */
  basis: ModelVersion | undefined;
  onClose: () => void;
}

const PLACES = [
  { value: "elsewhere", label: "Runs elsewhere" },
  { value: "here", label: "Runs in the portal" },
];
const OWN_FIELDS = ["version", "weights_digest", "description", "file", "kind"];

/** Adds a further version: one whose predictions are posted, or a file that the portal runs after a trial. */
export function AddVersionModal({ aiModelId, basis, onClose }: AddVersionModalProps) {
  const queryClient = useQueryClient();
  const [place, setPlace] = useState("elsewhere");
  const [hasCard, setHasCard] = useState(true);
  const [model, setModel] = useState<ModelFile>({ file: null, kind: null });
  const [sent, setSent] = useState<number | null>(null);
  const [faults, setFaults] = useState<Partial<Record<keyof ModelFile, string>>>({});
  const stopping = useRef<AbortController | null>(null);
  useEffect(() => () => stopping.current?.abort(), []);
  const runsHere = place === "here";
  const needsCard = runsHere || hasCard;
  const form = useForm({
    initialValues: { version: "", weights_digest: "", description: "" },
    validate: { version: (version) => (version.trim() === "" ? "Name the version." : null) },
  });
  const cardForm = useForm({ initialValues: draftOf(basis?.card ?? undefined), validate: draftFaults });

  const send = async () => {
    if (!runsHere) {
      await createModelVersion(aiModelId, {
        ...form.values,
        ...(hasCard && { card: cardOf(cardForm.values) }),
      });
    } else if (model.file && model.kind) {
      const { version, description } = form.values;
      setSent(0);
      stopping.current = new AbortController();
      await uploadModel(
        aiModelId,
        { file: model.file, kind: model.kind, version, description, card: cardOf(cardForm.values) },
        { onProgress: setSent, signal: stopping.current.signal },
      );
    }
  };
  const adding = useMutation({
    mutationFn: send,
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY }),
        queryClient.invalidateQueries({ queryKey: AI_MODELS_KEY }),
      ]);
      onClose();
    },
    onError: (error) => {
      const told = Object.entries(fieldErrors(error));
      const inCard = told.filter(([field]) => field.startsWith("card."));
      form.setErrors(Object.fromEntries(told.filter(([field]) => !field.startsWith("card."))));
      setFaults(Object.fromEntries(told.filter(([field]) => field === "file" || field === "kind")));
      cardForm.setErrors(Object.fromEntries(inCard.map(([field, detail]) => [draftField(field), detail])));
    },
    onSettled: () => setSent(null),
  });
  // A fault of all outputs together has no field.
  const shown = Object.keys(fieldErrors(adding.error)).filter(
    (field) => field.startsWith("card.") && field !== "card.outputs",
  );
  const error = errorBesideFields(adding.error, [...OWN_FIELDS, ...shown]);
  const check = () => {
    const missing = {
      ...(runsHere && !model.file && { file: "Choose the file." }),
      ...(runsHere && !model.kind && { kind: "Choose the format." }),
    };
    setFaults(missing);
    const inForms = [form.validate(), ...(needsCard ? [cardForm.validate()] : [])];
    if (!inForms.some((one) => one.hasErrors) && Object.keys(missing).length === 0) adding.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Add a version" centered size="xl">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          check();
        }}
      >
        <Stack gap="md">
          <SegmentedControl aria-label="Where it runs" data={PLACES} value={place} onChange={setPlace} />
          <TextInput label="Version" required data-autofocus {...form.getInputProps("version")} />
          {runsHere ? (
            <ModelFileFields
              value={model}
              faults={faults}
              onChange={(chosen) => {
                setModel(chosen);
                setFaults({});
              }}
            />
          ) : (
            <TextInput
              label="Weights (SHA-256)"
              description="64 hexadecimal digits; ties predictions to one build."
              {...form.getInputProps("weights_digest")}
            />
          )}
          <Textarea label="What is different" autosize minRows={2} {...form.getInputProps("description")} />
          {!runsHere && (
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
          )}
          {needsCard && <CardFields form={cardForm} runsHere={runsHere} />}
          {sent !== null && <SendProgress fraction={sent} />}
          {error ? <ErrorNotice error={error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={adding.isPending}>
              {runsHere ? "Upload" : "Add"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
