import { Button, FileButton, Group, Select, Text } from "@mantine/core";
import { useRef } from "react";
import { armText } from "@/api/analysis";
import {
  type Arrivals,
  minutes,
  type ReplayInputs,
  type TriageFacts,
  type TriageModel,
} from "@/domain/triage";
import { FixedNumberField } from "@/ui/NumberField";
import { ThresholdSlider } from "./ThresholdSlider";

/** How long a moving slider or a typed number rests before it is computed. */
export const TYPING_PAUSE_MS = 350;

export interface ReplayForm {
  arm: string | null;
  order: "SCORE" | "FLAG";
  /** Place of the threshold in the model's points. */
  point: number;
  arrivals: Arrivals;
  csv: { name: string; text: string } | null;
  perHour: number;
  hours: number;
  readers: number;
  /** Whether the minutes of a read are typed, or those that were counted. */
  isTyped: boolean;
  minutes: number;
}

const ALL_ARMS = "";
const ARRIVALS: { value: Arrivals; label: string }[] = [
  { value: "READS", label: "As readers opened them, day by day" },
  { value: "CSV", label: "From a file of arrival times" },
  { value: "POISSON", label: "At random, so many an hour" },
];

/** What is sent; null while a file is still to be chosen. */
export function inputsOf(form: ReplayForm, model: TriageModel): ReplayInputs | null {
  if (form.arrivals === "CSV" && form.csv === null) return null;
  return {
    model_version_id: model.id,
    arm: form.arm,
    threshold: form.order === "FLAG" ? (model.points[form.point]?.threshold ?? null) : null,
    readers: form.arrivals === "READS" ? 1 : form.readers,
    reading_min: form.isTyped ? form.minutes : null,
    arrivals: form.arrivals,
    csv: form.arrivals === "CSV" && form.csv ? form.csv.text : null,
    arrivals_per_hour: form.arrivals === "POISSON" ? form.perHour : null,
    hours_per_day: form.hours,
  };
}

interface ReplayFieldsProps {
  form: ReplayForm;
  onChange: (form: ReplayForm) => void;
  facts: TriageFacts;
  model: TriageModel;
}

export function ReplayFields({ form, onChange, facts, model }: ReplayFieldsProps) {
  const change = (changes: Partial<ReplayForm>) => onChange({ ...form, ...changes });
  return (
    <>
      <Group gap="sm" align="flex-end">
        <Select
          label="Order of the worklist"
          w={260}
          allowDeselect={false}
          data={[
            { value: "SCORE", label: "By the AI's score, highest first" },
            { value: "FLAG", label: "Flagged by the AI first", disabled: model.points.length === 0 },
          ]}
          value={form.order}
          onChange={(order) => order && change({ order: order as ReplayForm["order"] })}
        />
        <Select
          label="Arrivals"
          w={300}
          allowDeselect={false}
          data={ARRIVALS}
          value={form.arrivals}
          onChange={(arrivals) => arrivals && change({ arrivals: arrivals as Arrivals })}
        />
        <ReadingFields form={form} change={change} facts={facts} />
      </Group>
      {form.arrivals !== "READS" && <ArrivalFields form={form} change={change} />}
      {form.order === "FLAG" && (
        <ThresholdSlider points={model.points} index={form.point} onChange={(point) => change({ point })} />
      )}
    </>
  );
}

interface PartProps {
  form: ReplayForm;
  change: (changes: Partial<ReplayForm>) => void;
}

function ReadingFields({ form, change, facts }: PartProps & { facts: TriageFacts }) {
  const timed = facts.arms.filter(({ mean_reading_min }) => mean_reading_min !== null);
  return (
    <>
      {facts.arms.length > 1 && (
        <Select
          label="Reads of"
          w={190}
          allowDeselect={false}
          data={[
            { value: ALL_ARMS, label: "All arms" },
            ...facts.arms.map((arm) => ({ value: arm.key, label: armText(arm) })),
          ]}
          value={form.arm ?? ALL_ARMS}
          onChange={(arm) => change({ arm: arm || null })}
        />
      )}
      <Select
        label="Minutes of a read"
        w={230}
        allowDeselect={false}
        data={[
          { value: "COUNTED", label: countedText(timed), disabled: timed.length === 0 },
          { value: "TYPED", label: "The same for each" },
        ]}
        value={form.isTyped ? "TYPED" : "COUNTED"}
        onChange={(value) => change({ isTyped: value === "TYPED" })}
      />
      {form.isTyped && (
        <FixedNumberField
          label="Minutes"
          w={100}
          min={0.01}
          max={1440}
          value={form.minutes}
          onChange={(value) => change({ minutes: value })}
        />
      )}
    </>
  );
}

function countedText(timed: TriageFacts["arms"]): string {
  if (timed.length === 0) return "No times were counted";
  const means = timed.map(({ mean_reading_min }) => mean_reading_min ?? 0);
  const [low, high] = [minutes(Math.min(...means)), minutes(Math.max(...means))];
  return `As the reads took (mean ${low === high ? low : `${low} to ${high}`})`;
}

function ArrivalFields({ form, change }: PartProps) {
  return (
    <Group gap="sm" align="flex-end">
      {form.arrivals === "CSV" ? (
        <ArrivalFile form={form} change={change} />
      ) : (
        <>
          <FixedNumberField
            label="Cases an hour"
            w={130}
            min={0.01}
            max={10_000}
            value={form.perHour}
            onChange={(perHour) => change({ perHour })}
          />
          <FixedNumberField
            label="Hours a day"
            w={120}
            min={0.5}
            max={24}
            value={form.hours}
            onChange={(hours) => change({ hours })}
          />
        </>
      )}
      <FixedNumberField
        label="Readers"
        w={100}
        min={1}
        max={200}
        allowDecimal={false}
        value={form.readers}
        onChange={(readers) => change({ readers })}
      />
    </Group>
  );
}

function ArrivalFile({ form, change }: PartProps) {
  const reset = useRef<() => void>(null);
  const take = async (file: File | null) => {
    if (!file) return;
    change({ csv: { name: file.name, text: await file.text() } });
    // The same file, mended, can be chosen again.
    reset.current?.();
  };
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        A CSV file with the columns case, arrived_at, for example Case 001, 2026-11-27T08:15.
      </Text>
      <Group gap="sm">
        <FileButton accept="text/csv,.csv" resetRef={reset} onChange={(file) => void take(file)}>
          {(button) => (
            <Button {...button} variant="default">
              Choose the file
            </Button>
          )}
        </FileButton>
        {form.csv && <Text size="sm">{form.csv.name}</Text>}
      </Group>
    </div>
  );
}
