import { Button, Group, NativeSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { MODEL_VERSIONS_KEY, type ModelVersion } from "@/api/ai";
import {
  createLayer,
  type LayerAsked,
  type LayerPreview,
  offeredSetsQuery,
  previewLayer,
  type StoredLayer,
} from "@/api/operatingLayers";
import { type CalibrationMethod, METHODS } from "@/domain/operatingLayers";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { NumberField } from "@/ui/NumberField";
import { Section } from "@/ui/Section";
import { LayerPreviewView } from "./LayerPreviewView";
import { type ChosenSet, SetSelect } from "./SetSelect";

interface FitLayerProps {
  version: ModelVersion;
  onStored: (layer: StoredLayer) => void;
}

interface Settings {
  set: ChosenSet | null;
  method: CalibrationMethod;
  applied_at: number | null;
  trained_at: number | null;
  operating_threshold: number | null;
}

const BLANK: Settings = {
  set: null,
  method: "PLATT",
  applied_at: null,
  trained_at: null,
  operating_threshold: null,
};
const FIELDS = [
  "reader_study_id",
  "method",
  "applied_at",
  "trained_at",
  "operating_threshold",
  "name",
  "reason",
];

/** Choosing cases and a method, looking at what would come of it, and storing exactly that. */
export function FitLayer({ version, onStored }: FitLayerProps) {
  const queryClient = useQueryClient();
  const sets = useQuery(offeredSetsQuery(version.id));
  const [settings, setSettings] = useState(BLANK);
  const [words, setWords] = useState({ name: "", reason: "" });
  const looking = useMutation({ mutationFn: (body: LayerAsked) => previewLayer(version.id, body) });
  // What is stored leaves this form: it stores once, however often it is clicked.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const storing = useMutation({
    mutationFn: ({ digest }: LayerPreview) =>
      createLayer(version.id, { ...askedOf(settings), ...words, digest }, idempotencyKey),
    onSuccess: async (layer) => {
      await queryClient.invalidateQueries({ queryKey: [...MODEL_VERSIONS_KEY, version.id] });
      onStored(layer);
    },
  });
  // What was looked at belongs to the fields as they were: with another value it is gone.
  const change = (part: Partial<Settings>) => {
    setSettings({ ...settings, ...part });
    looking.reset();
    storing.reset();
  };
  if (sets.error) return <ErrorNotice error={sets.error} onRetry={() => void sets.refetch()} />;
  if (!sets.data) return <LoadingScreen />;
  const faults = { ...fieldErrors(looking.error), ...fieldErrors(storing.error) };
  const error = errorBesideFields(looking.error ?? storing.error, FIELDS);
  return (
    <Stack gap="lg">
      <Section
        title="Fit a layer"
        about="On cases whose truth is locked and whose results you may see. Looking at it is kept in their reader study, as a look at results."
      >
        <SetSelect
          sets={sets.data}
          value={settings.set}
          onChange={(set) => change({ set })}
          error={faults.reader_study_id}
        />
        <SettingsFields settings={settings} faults={faults} onChange={change} />
        {error ? <ErrorNotice error={error} /> : null}
        <Group>
          <Button
            disabled={!settings.set}
            loading={looking.isPending}
            onClick={() => looking.mutate(askedOf(settings))}
          >
            Look at it
          </Button>
        </Group>
      </Section>
      {looking.data && (
        <LayerPreviewView preview={looking.data}>
          <Group align="flex-start">
            <TextInput
              label="Name"
              w={260}
              required
              value={words.name}
              error={faults.name}
              onChange={(event) => setWords({ ...words, name: event.currentTarget.value })}
            />
            <Textarea
              label="Why it is made"
              w={420}
              autosize
              required
              value={words.reason}
              error={faults.reason}
              onChange={(event) => setWords({ ...words, reason: event.currentTarget.value })}
            />
            <Button
              mt={24}
              disabled={words.name.trim() === "" || words.reason.trim() === ""}
              loading={storing.isPending}
              onClick={() => storing.mutate(looking.data)}
            >
              Store as a new layer
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            Stored layers are never changed or removed; another fit is another layer.
          </Text>
        </LayerPreviewView>
      )}
    </Stack>
  );
}

interface SettingsFieldsProps {
  settings: Settings;
  faults: Record<string, string>;
  onChange: (part: Partial<Settings>) => void;
}

function SettingsFields({ settings, faults, onChange }: SettingsFieldsProps) {
  const about = METHODS.find(({ value }) => value === settings.method)?.about;
  const share = { w: 240, min: 0, max: 1, step: 0.01 };
  return (
    <Group align="flex-start">
      <NativeSelect
        size="xs"
        label="Method"
        w={240}
        data={METHODS.map(({ value, label }) => ({ value, label }))}
        description={about}
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={settings.method}
        error={faults.method}
        onChange={(event) => onChange({ method: event.currentTarget.value as CalibrationMethod })}
      />
      <NumberField
        {...share}
        label="Prevalence where it is used"
        placeholder="as in these cases"
        description="Share of positive cases, 0 to 1; empty: no shift"
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={settings.applied_at}
        error={faults.applied_at}
        onChange={(applied_at) =>
          onChange(applied_at === null ? { applied_at, trained_at: null } : { applied_at })
        }
      />
      {settings.applied_at !== null && (
        <NumberField
          {...share}
          label="Prevalence shifted from"
          placeholder="that of these cases"
          value={settings.trained_at}
          error={faults.trained_at}
          onChange={(trained_at) => onChange({ trained_at })}
        />
      )}
      <NumberField
        {...share}
        label="Positive from a probability of"
        placeholder="calls stay as they are"
        description="Empty: what the version's own threshold becomes"
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={settings.operating_threshold}
        error={faults.operating_threshold}
        onChange={(operating_threshold) => onChange({ operating_threshold })}
      />
    </Group>
  );
}

function askedOf({ set, ...rest }: Settings): LayerAsked {
  return {
    reader_study_id: set?.reader_study_id ?? "",
    reference_standard_version: set?.reference_standard_version ?? null,
    ...rest,
  };
}
