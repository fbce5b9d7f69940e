import { Group, Table, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queueQuery } from "@/api/triage";
import { isUndefined } from "@/domain/analysisResult";
import { percentText } from "@/domain/resultText";
import {
  type ExpectedWaits,
  minutes,
  pointAt,
  type QueueAnswer,
  type QueueInputs,
  queueOf,
  type TriageFacts,
  type TriageModel,
} from "@/domain/triage";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { FixedNumberField } from "@/ui/NumberField";
import { Section } from "@/ui/Section";
import { Remarks, Sentences } from "./Answer";
import { TYPING_PAUSE_MS } from "./ReplayFields";
import { ThresholdSlider } from "./ThresholdSlider";
import { WaitingFigure } from "./WaitingFigure";
import { WaitTable } from "./WaitTable";

interface QueueSectionProps {
  facts: TriageFacts;
  model: TriageModel;
  runId: string;
}

interface Field {
  name: keyof QueueInputs;
  label: string;
  width: number;
  min: number;
  max: number;
  /** Shown in percent. */
  isShare?: boolean;
  isWhole?: boolean;
}

const FIELDS: Field[] = [
  { name: "arrivals_per_hour", label: "Cases an hour", width: 130, min: 0.01, max: 10_000 },
  { name: "mean_reading_min", label: "Minutes a read", width: 130, min: 0.01, max: 1440 },
  { name: "readers", label: "Readers", width: 100, min: 1, max: 200, isWhole: true },
  { name: "prevalence", label: "Prevalence (%)", width: 130, min: 0, max: 100, isShare: true },
  { name: "sensitivity", label: "Sensitivity (%)", width: 130, min: 0, max: 100, isShare: true },
  { name: "specificity", label: "Specificity (%)", width: 130, min: 0, max: 100, isShare: true },
];

/** A reading room in the long run: cases at random, those that the AI flags first, nobody interrupted. */
export function QueueSection({ facts, model, runId }: QueueSectionProps) {
  const arm = facts.arms.find(({ key, timed_reads }) => timed_reads > 0 && facts.arm === key);
  const [queue, setQueue] = useState(() => queueOf(model, arm ?? facts.arms[0]));
  const [point, setPoint] = useState(() => pointAt(model.points, model.threshold));
  const [inputs] = useDebouncedValue(queue, TYPING_PAUSE_MS);
  const { data, error } = useQuery(queueQuery(runId, inputs));
  const move = (index: number) => {
    setPoint(index);
    const chosen = model.points[index];
    if (chosen) setQueue({ ...queue, sensitivity: chosen.sensitivity, specificity: chosen.specificity });
  };
  return (
    <Section
      title="As a queue"
      about="A reading room in the long run. Filled in from this reader study, whose prevalence is seldom that of a clinic: type your own figures."
    >
      <Group gap="sm" align="flex-end">
        {FIELDS.map((field) => (
          <QueueField
            key={field.name}
            field={field}
            value={queue[field.name]}
            onChange={(value) => setQueue({ ...queue, [field.name]: value })}
          />
        ))}
      </Group>
      <ThresholdSlider points={model.points} index={point} onChange={move} />
      {error && <ErrorNotice error={error} />}
      {!data && !error && <LoadingScreen />}
      {data && !error && <InTheLongRun answer={data} />}
    </Section>
  );
}

interface QueueFieldProps {
  field: Field;
  value: number;
  onChange: (value: number) => void;
}

function QueueField({ field, value, onChange }: QueueFieldProps) {
  const { label, width, min, max, isShare = false, isWhole = false } = field;
  return (
    <FixedNumberField
      label={label}
      w={width}
      min={min}
      max={max}
      allowDecimal={!isWhole}
      value={isShare ? Number((100 * value).toFixed(2)) : value}
      onChange={(typed) => onChange(isShare ? typed / 100 : typed)}
    />
  );
}

function InTheLongRun({ answer }: { answer: QueueAnswer }) {
  const { closed_form, simulation, curves, utilisation } = answer;
  return (
    <>
      <Text size="sm" c={utilisation >= 1 ? "red" : undefined}>
        Readers are busy {percentText(utilisation)} of the time.
      </Text>
      <Sentences sentences={answer.sentences} />
      {!isUndefined(closed_form) && <ExpectedTable expected={closed_form} />}
      {!isUndefined(simulation) && (
        <>
          <WaitTable label="Simulated waits" effect={simulation} />
          <Text size="xs" c="dimmed">
            {simulation.cases} simulated cases; {simulation.method}. The intervals are those of the
            simulation, not of the AI's sensitivity and specificity.
          </Text>
        </>
      )}
      {curves && (
        <WaitingFigure title="Who still waits, in the long run" name="triage-queue" curves={curves} />
      )}
      <Remarks notes={answer.notes} exclusions={[]} />
    </>
  );
}

const EXPECTED: { name: Exclude<keyof ExpectedWaits, "method">; title: string }[] = [
  { name: "first_come_min", title: "All, as they come" },
  { name: "flagged_min", title: "Flagged" },
  { name: "unflagged_min", title: "Not flagged" },
  { name: "positives_min", title: "Positive" },
  { name: "negatives_min", title: "Negative" },
];

function ExpectedTable({ expected }: { expected: ExpectedWaits }) {
  return (
    <>
      <Table aria-label="Mean waits in closed form">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Mean wait, minutes</Table.Th>
            {EXPECTED.map(({ name, title }) => (
              <Table.Th key={name}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Th scope="row">In closed form</Table.Th>
            {EXPECTED.map(({ name }) => (
              <Table.Td key={name}>{minutes(expected[name])}</Table.Td>
            ))}
          </Table.Tr>
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        {expected.method}.
      </Text>
    </>
  );
}
