import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { blankOutput, freeKey, OUTPUT_KINDS } from "@/domain/modelCard";
import type { CardDraft } from "@/domain/modelCardDraft";

type CardForm = UseFormReturnType<CardDraft>;

const ORIENTATIONS = [
  { value: "", label: "Any" },
  { value: "AXIAL", label: "Axial" },
  { value: "CORONAL", label: "Coronal" },
  { value: "SAGITTAL", label: "Sagittal" },
];

const AXES = [
  { value: "SLICES", label: "Slices" },
  { value: "ROWS", label: "Rows" },
  { value: "COLUMNS", label: "Columns" },
];

interface CardFieldsProps {
  form: CardForm;
  /** The portal runs the version: what it is given and returns has to be told too. */
  runsHere: boolean;
}

/** The fields of a model card. */
export function CardFields({ form, runsHere }: CardFieldsProps) {
  const text = (name: "intended_use" | "training_data" | "limitations") => ({
    autosize: true,
    minRows: 2,
    ...form.getInputProps(name),
  });
  return (
    <>
      <Fieldset legend="What it is for">
        <Stack gap="sm">
          <Textarea label="Intended use" required {...text("intended_use")} />
          <Textarea label="Limitations" {...text("limitations")} />
          <Textarea
            label="Training data"
            description="Sources, sites, period, number of patients, how truth was set, what is kept apart."
            required
            {...text("training_data")}
          />
          <TextInput
            label="Licence"
            description="An SPDX identifier, or where the text is."
            required
            {...form.getInputProps("licence")}
          />
        </Stack>
      </Fieldset>
      <InputFields form={form} runsHere={runsHere} />
      <OutputFields form={form} runsHere={runsHere} />
      <PointFields form={form} />
    </>
  );
}

function InputFields({ form, runsHere }: CardFieldsProps) {
  return (
    <Fieldset legend="Images it was made for">
      <Stack gap="sm">
        <Group grow align="flex-start">
          <TextInput label="Modality" required {...form.getInputProps("modality")} />
          <Select
            label="Orientation"
            data={ORIENTATIONS}
            allowDeselect={false}
            {...form.getInputProps("orientation")}
          />
        </Group>
        <TagsInput
          label="Body parts"
          description="DICOM code strings such as CHEST; none means any."
          {...form.getInputProps("body_parts")}
        />
        <TagsInput
          label="Views"
          description="Of projections, such as PA or MLO; none means any."
          {...form.getInputProps("views")}
        />
        <RangeFields form={form} name="pixel" label="Pixel spacing" unit="mm" />
        <RangeFields form={form} name="slice" label="Slice spacing" unit="mm" />
        <Group grow align="flex-start">
          <NumberInput label="Slices, at least" min={1} {...form.getInputProps("minimum_slices")} />
          <NumberInput label="Coverage, at least (mm)" min={0} {...form.getInputProps("coverage")} />
        </Group>
        <RangeFields form={form} name="window" label="Window" unit="HU" />
        <Checkbox
          label="Refuse cases that look as if text were burned into the pixels"
          description="Otherwise the run warns. Headers that say so are refused either way."
          {...form.getInputProps("refuses_text", { type: "checkbox" })}
        />
        {runsHere && (
          <>
            <Text size="sm" c="dimmed">
              The model is given the window as −1 to 1 and, with a grid, the images resampled to it; without
              one, their own pixels.
            </Text>
            <Group grow align="flex-start">
              <NumberInput label="Grid, slices (mm)" min={0.1} {...form.getInputProps("grid_slice")} />
              <NumberInput label="Grid, rows (mm)" min={0.1} {...form.getInputProps("grid_row")} />
              <NumberInput label="Grid, columns (mm)" min={0.1} {...form.getInputProps("grid_column")} />
            </Group>
            <AugmentationFields form={form} />
          </>
        )}
      </Stack>
    </Fieldset>
  );
}

/** How a case may be shown otherwise without changing what the model should say. */
function AugmentationFields({ form }: { form: CardForm }) {
  return (
    <Group grow align="flex-start">
      <MultiSelect
        label="May be flipped along"
        description="For test-time augmentation; none means not at all."
        data={AXES}
        {...form.getInputProps("flips")}
      />
      <NumberInput
        label="May be moved by, at most (voxels)"
        description="Along each axis of what the model is given."
        min={0}
        max={4}
        allowDecimal={false}
        {...form.getInputProps("shift")}
      />
    </Group>
  );
}

interface RangeFieldsProps {
  form: CardForm;
  name: "pixel" | "slice" | "window";
  label: string;
  unit: string;
}

function RangeFields({ form, name, label, unit }: RangeFieldsProps) {
  return (
    <Group grow align="flex-start">
      <NumberInput label={`${label}, from (${unit})`} {...form.getInputProps(`${name}_low`)} />
      <NumberInput label={`${label}, to (${unit})`} {...form.getInputProps(`${name}_high`)} />
    </Group>
  );
}

function OutputFields({ form, runsHere }: CardFieldsProps) {
  const { outputs } = form.values;
  const add = () => {
    const key = freeKey(
      "output",
      outputs.map((one) => one.key),
    );
    form.insertListItem("outputs", { ...blankOutput(1), key });
  };
  return (
    <Fieldset legend="What it says">
      <Stack gap="sm">
        {outputs.map((_output, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: by its key a row would be another one once that is typed, and lose the keyboard; all fields are controlled.
          <Stack key={index} gap="xs">
            <Group grow align="flex-start">
              <TextInput label="Output" required {...form.getInputProps(`outputs.${index}.name`)} />
              {runsHere && (
                <TextInput
                  label="Key"
                  description="As the model names it."
                  {...form.getInputProps(`outputs.${index}.key`)}
                  onBlur={(event) =>
                    form.setFieldValue(`outputs.${index}.key`, event.currentTarget.value.trim())
                  }
                />
              )}
              <Select
                label="Kind"
                data={Object.entries(OUTPUT_KINDS).map(([value, label]) => ({ value, label }))}
                allowDeselect={false}
                {...form.getInputProps(`outputs.${index}.kind`)}
              />
            </Group>
            <Group grow align="flex-start">
              <TextInput
                label="Code scheme"
                required
                {...form.getInputProps(`outputs.${index}.code.scheme`)}
              />
              <TextInput label="Code" required {...form.getInputProps(`outputs.${index}.code.value`)} />
              <TextInput label="Meaning" required {...form.getInputProps(`outputs.${index}.code.meaning`)} />
            </Group>
            <RemoveButton
              what={`output ${index + 1}`}
              hidden={outputs.length === 1}
              onClick={() => form.removeListItem("outputs", index)}
            />
          </Stack>
        ))}
        <TagsInput
          label="Measurements of its segments"
          description="Names such as volume or mean, as the documentation of models lists them; none means all."
          {...form.getInputProps("measurements")}
        />
        <Group>
          <Button variant="default" onClick={add}>
            Add an output
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

function PointFields({ form }: { form: CardForm }) {
  const points = form.values.operating_points;
  const add = () => {
    const key = freeKey(
      "point",
      points.map((one) => one.key),
    );
    form.insertListItem("operating_points", { key, name: "", threshold: 0.5 });
  };
  return (
    <Fieldset legend="Operating points: the first one is in force">
      <Stack gap="sm">
        {points.map((point, index) => (
          <Group key={point.key} align="flex-start">
            <TextInput label="Name" required {...form.getInputProps(`operating_points.${index}.name`)} />
            <NumberInput
              label="Positive from"
              required
              min={0}
              max={1}
              step={0.05}
              {...form.getInputProps(`operating_points.${index}.threshold`)}
            />
            <RemoveButton
              what={`operating point ${index + 1}`}
              hidden={points.length === 1}
              onClick={() => form.removeListItem("operating_points", index)}
            />
          </Group>
        ))}
        <Group>
          <Button variant="default" onClick={add}>
            Add an operating point
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

function RemoveButton({ what, hidden, onClick }: { what: string; hidden: boolean; onClick: () => void }) {
  if (hidden) return null;
  return (
    <Group mt={24}>
      <Button variant="subtle" onClick={onClick} aria-label={`Remove ${what}`}>
        Remove
      </Button>
    </Group>
  );
}
