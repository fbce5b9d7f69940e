import { Group, MultiSelect, Select, TagsInput } from "@mantine/core";
import type { Conditions, Orientation, Range } from "@/domain/hanging";
import { dicomWords, without } from "@/domain/hangingEditing";
import { NumberField } from "@/ui/NumberField";

interface ConditionFieldsProps {
  when: Conditions;
  onChange: (when: Conditions) => void;
}

export const MODALITIES = ["CT", "MR", "PT", "CR", "DX", "MG", "US", "XA", "NM"];
export const ORIENTATIONS: { value: Orientation; label: string }[] = [
  { value: "AXIAL", label: "Axial" },
  { value: "CORONAL", label: "Coronal" },
  { value: "SAGITTAL", label: "Sagittal" },
  { value: "OBLIQUE", label: "Oblique" },
];
export const VIEWS = ["PA", "AP", "LATERAL", "CC", "MLO", "ML", "LM"];
const BODY_PARTS = ["CHEST", "ABDOMEN", "HEAD", "BREAST", "SPINE", "PELVIS", "KNEE"];
const YES_NO = [
  { value: "true", label: "there is a prior" },
  { value: "false", label: "there is none" },
];

/** When the rule holds; what is left empty does not matter. */
export function ConditionFields({ when, onChange }: ConditionFieldsProps) {
  const set = (part: Partial<Conditions>) => onChange(without({ ...when, ...part }));
  return (
    <>
      <Group gap="sm" grow align="flex-start">
        <TagsInput
          size="xs"
          label="Modality"
          placeholder={when.modality?.length ? undefined : "any"}
          data={MODALITIES}
          value={when.modality ?? []}
          onChange={(words) => set({ modality: dicomWords(words) })}
        />
        <TagsInput
          size="xs"
          label="Body part"
          placeholder={when.body_part?.length ? undefined : "any"}
          data={BODY_PARTS}
          value={when.body_part ?? []}
          onChange={(words) => set({ body_part: dicomWords(words) })}
        />
        <TagsInput
          size="xs"
          label="View"
          placeholder={when.view?.length ? undefined : "any"}
          data={VIEWS}
          value={when.view ?? []}
          onChange={(words) => set({ view: dicomWords(words) })}
        />
        <MultiSelect
          label="Plane"
          placeholder={when.orientation?.length ? undefined : "any"}
          data={ORIENTATIONS}
          value={when.orientation ?? []}
          onChange={(values) => set({ orientation: values as Orientation[] })}
        />
      </Group>
      <Group gap="sm" align="flex-end">
        <RangeFields
          label="Series"
          range={when.number_of_series}
          onChange={(number_of_series) => set({ number_of_series })}
        />
        <RangeFields
          label="Images"
          range={when.number_of_images}
          onChange={(number_of_images) => set({ number_of_images })}
        />
        <Select
          label="Priors"
          placeholder="does not matter"
          w={150}
          clearable
          data={YES_NO}
          value={when.has_prior === undefined ? null : String(when.has_prior)}
          onChange={(value) => {
            const { has_prior: _, ...others } = when;
            onChange(value === null ? others : { ...others, has_prior: value === "true" });
          }}
        />
      </Group>
    </>
  );
}

interface RangeFieldsProps {
  label: string;
  range: Range | undefined;
  onChange: (range: Range | undefined) => void;
}

function RangeFields({ label, range, onChange }: RangeFieldsProps) {
  const set = (part: Range) => {
    const entries = Object.entries({ ...range, ...part }).filter(([, value]) => value !== undefined);
    onChange(entries.length === 0 ? undefined : Object.fromEntries(entries));
  };
  const field = (name: "minimum" | "maximum", text: string) => (
    <NumberField
      label={`${label} ${text}`}
      placeholder="any"
      w={104}
      min={0}
      max={100_000}
      allowDecimal={false}
      value={range?.[name] ?? null}
      onChange={(value) => set({ [name]: value ?? undefined })}
    />
  );
  return (
    <>
      {field("minimum", "at least")}
      {field("maximum", "at most")}
    </>
  );
}
