import { Button, Group, NativeSelect, SegmentedControl, Text, TextInput } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import type { SampleSize } from "@/api/sampleSizes";
import {
  inputsOf,
  NUMBERS_OF,
  type PlanAnalysis,
  type PlanBasis,
  type PlanForm,
  type SampleSizeInputs,
  wholeNumbers,
} from "@/domain/sampleSize";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields } from "@/ui/fieldErrors";
import { Section } from "@/ui/Section";
import { NumberFields } from "./NumberFields";
import { PilotFields } from "./PilotFields";
import { planFaults } from "./planFaults";

const BASES: { value: PlanBasis; label: string }[] = [
  { value: "PLANNING_VALUES", label: "Planning values" },
  { value: "COMPONENTS", label: "Variance components" },
  { value: "PILOT", label: "Pilot" },
];
const ANALYSES: { value: PlanAnalysis; label: string }[] = [
  { value: "RRRC", label: "readers and cases" },
  { value: "RRFC", label: "readers only" },
  { value: "FRRC", label: "cases only" },
];
const ABOUT: Record<PlanBasis, string> = {
  PLANNING_VALUES:
    "The area expected in the first condition, and how errors correlate. Correlations and the variance of reader × condition start as in the Van Dyke data (5 readers, 114 cases); take those of readers and cases like yours where you know them.",
  COMPONENTS:
    "Obuchowski-Rockette components from the literature, and the number of cases that they belong to.",
  PILOT: "Variance components of a finished analysis: two readers and two arms with ratings at least.",
};

interface PlanSectionProps {
  form: PlanForm;
  onChange: (form: PlanForm) => void;
  planning: UseMutationResult<SampleSize, Error, SampleSizeInputs>;
}

/** What the sample size is planned from. */
export function PlanSection({ form, onChange, planning }: PlanSectionProps) {
  const inputs = inputsOf(form);
  const faults = planFaults(planning.error);
  const list = (text: string, field: string) =>
    faults[field] ?? (wholeNumbers(text) ? undefined : "Whole numbers with commas between them.");
  const fields = { form, onChange, faults };
  return (
    <Section
      title="Plan"
      about="Two conditions, compared by the area under the ROC curve, every reader reading every case in both. What is computed is saved with the reader study."
    >
      <SegmentedControl
        aria-label="Planned from"
        data={BASES}
        value={form.basis}
        onChange={(basis) => onChange({ ...form, basis: basis as PlanBasis })}
        maw={460}
      />
      <Text size="sm" c="dimmed">
        {ABOUT[form.basis]}
      </Text>
      {form.basis === "PILOT" ? (
        <PilotFields {...fields} />
      ) : (
        <NumberFields {...fields} names={NUMBERS_OF[form.basis]} />
      )}
      <NumberFields {...fields} names={["difference", "alpha", "target_power"]}>
        <NativeSelect
          label="Random are"
          size="xs"
          w={170}
          data={ANALYSES}
          value={form.analysis}
          onChange={(event) => onChange({ ...form, analysis: event.currentTarget.value as PlanAnalysis })}
        />
        <TextInput
          label="Numbers of readers"
          w={210}
          value={form.readers}
          error={list(form.readers, "readers")}
          onChange={(event) => onChange({ ...form, readers: event.currentTarget.value })}
        />
        <TextInput
          label="Numbers of cases"
          w={250}
          value={form.cases}
          error={list(form.cases, "cases")}
          onChange={(event) => onChange({ ...form, cases: event.currentTarget.value })}
        />
      </NumberFields>
      <Group>
        <Button
          disabled={!inputs}
          loading={planning.isPending}
          onClick={() => inputs && planning.mutate(inputs)}
        >
          Compute and save
        </Button>
      </Group>
      <OtherError error={planning.error} faults={faults} />
    </Section>
  );
}

function OtherError({ error, faults }: { error: Error | null; faults: Record<string, string> }) {
  const other = errorBesideFields(error, Object.keys(faults));
  return other && Object.keys(faults).length === 0 ? (
    <ErrorNotice error={other} title="Nothing was computed" />
  ) : null;
}
