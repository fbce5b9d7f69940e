import { Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { PlanFacts } from "@/api/analysisPlans";
import {
  type AiSubject,
  freeKeyOf,
  keyOf,
  type PlanSubject,
  withoutSubject,
  withSubject,
} from "@/domain/analysisPlan";
import { Section } from "@/ui/Section";
import { type PlanFieldsProps, saidAt } from "./fields";
import { PlanNumber } from "./PlanNumber";
import { PlanSelect } from "./PlanSelect";

const MOST_SUBJECTS = 12;

/** Who is measured: the readers of an arm, before or after the AI, and AI versions at their operating points. */
export function SubjectFields(props: PlanFieldsProps) {
  const { plan, facts, onChange } = props;
  const offered = offers(facts);
  const add = () => {
    const next =
      offered.find((one) => !plan.subjects.some((subject) => placeOf(subject) === placeOf(one))) ??
      offered[0];
    if (!next) return;
    const key = freeKeyOf(
      next.key,
      plan.subjects.map((subject) => subject.key),
    );
    onChange({ ...plan, subjects: [...plan.subjects, { ...next, key }] });
  };
  return (
    <Section
      title="Subjects"
      about="Who is measured. Endpoints name them."
      actions={
        <Button
          size="compact-xs"
          variant="default"
          disabled={offered.length === 0 || plan.subjects.length >= MOST_SUBJECTS}
          onClick={add}
        >
          + Subject
        </Button>
      }
    >
      {offered.length === 0 && (
        <Text size="sm">Nobody reads in an arm yet, and no AI has predictions of these cases.</Text>
      )}
      {plan.subjects.length === 0 && offered.length > 0 && <Text size="sm">Nobody yet.</Text>}
      <Stack gap="sm">
        {plan.subjects.map((subject, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a subject has no other identity while its key is typed.
          <Row key={index} {...props} subject={subject} index={index} />
        ))}
      </Stack>
    </Section>
  );
}

function Row({
  plan,
  facts,
  reading,
  onChange,
  subject,
  index,
}: PlanFieldsProps & { subject: PlanSubject; index: number }) {
  const field = `plan.subjects[${index}]`;
  const change = (next: PlanSubject, part?: string) =>
    onChange(withSubject(plan, index, next), part && `${field}.${part}`);
  const whole = saidAt(reading, field);
  const who = saidAt(reading, `${field}.${subject.kind === "AI" ? "model_version_id" : "arm"}`);
  return (
    <Group gap="sm" align="flex-start" role="group" aria-label={`Subject ${index + 1}`}>
      <TextInput
        id={`${field}.key`}
        label="Name"
        w={140}
        value={subject.key}
        error={saidAt(reading, `${field}.key`).error ?? whole.error}
        onChange={(event) => change({ ...subject, key: keyOf(event.currentTarget.value) }, "key")}
      />
      <PlanSelect
        label="Who"
        width={270}
        options={whoOptions(facts, subject)}
        value={placeOf(subject)}
        said={who}
        onChange={(place) => {
          const next = offers(facts).find((one) => placeOf(one) === place);
          if (next) change({ ...next, key: subject.key });
        }}
      />
      {subject.kind === "READERS" && readsTwice(facts, subject.arm) && (
        <NativeSelect
          id={`${field}.phase`}
          label="Which read"
          size="xs"
          w={170}
          data={[
            { value: "FIRST", label: "first, before the AI" },
            { value: "SIGNED", label: "signed, with the AI" },
          ]}
          value={subject.phase}
          error={saidAt(reading, `${field}.phase`).error}
          onChange={(event) => change({ ...subject, phase: event.currentTarget.value as "FIRST" | "SIGNED" })}
        />
      )}
      {subject.kind === "AI" && (
        <LayerSelect
          id={`${field}.operating_layer`}
          facts={facts}
          subject={subject}
          error={saidAt(reading, `${field}.operating_layer`).error}
          onChange={change}
        />
      )}
      {subject.kind === "AI" && (
        <PlanNumber
          label={`Positive from a ${subject.operating_layer ? "probability" : "score"} of`}
          width={160}
          placeholder="curve only"
          value={subject.operating_point}
          said={saidAt(reading, `${field}.operating_point`)}
          onChange={(operating_point) => change({ ...subject, operating_point }, "operating_point")}
        />
      )}
      <Button
        mt={20}
        variant="subtle"
        color="gray"
        aria-label={`Remove subject ${subject.key}`}
        onClick={() => onChange(withoutSubject(plan, index))}
      >
        Remove
      </Button>
    </Group>
  );
}

interface LayerSelectProps {
  id: string;
  facts: PlanFacts;
  subject: AiSubject;
  error: ReactNode;
  onChange: (next: AiSubject) => void;
}

/** Through which operating layer an AI's scores go; with another one comes its threshold. */
function LayerSelect({ id, facts, subject, error, onChange }: LayerSelectProps) {
  const version = facts.model_versions.find((one) => one.id === subject.model_version_id);
  const { operating_layer: chosen, ...without } = subject;
  if (!version || (version.layers.length === 0 && !chosen)) return null;
  return (
    <NativeSelect
      id={id}
      label="Through"
      size="xs"
      w={190}
      data={[
        { value: "", label: "no layer: its scores" },
        ...version.layers.map(({ number, name }) => ({
          value: String(number),
          label: `layer ${number}: ${name}`,
        })),
      ]}
      value={chosen ? String(chosen) : ""}
      error={error}
      onChange={(event) => {
        const layer = version.layers.find(({ number }) => String(number) === event.currentTarget.value);
        onChange(
          layer
            ? { ...without, operating_layer: layer.number, operating_point: layer.operating_point }
            : { ...without, operating_point: version.operating_point },
        );
      }}
    />
  );
}

/** What could be a subject, with the name that it would have. */
function offers({ arms, model_versions }: PlanFacts): PlanSubject[] {
  const isAided = (display: string) => display === "CONCURRENT" || display === "SECOND_READ";
  return [
    ...arms.map(
      ({ key, ai_display }): PlanSubject => ({
        key: isAided(ai_display) ? "aided" : "unaided",
        kind: "READERS",
        arm: key,
        phase: "SIGNED",
      }),
    ),
    ...model_versions.map(
      ({ id, operating_point }): PlanSubject => ({
        key: "ai",
        kind: "AI",
        model_version_id: id,
        operating_point,
      }),
    ),
  ];
}

const placeOf = (subject: PlanSubject) =>
  subject.kind === "AI" ? `AI ${subject.model_version_id}` : `ARM ${subject.arm}`;

function readsTwice({ arms }: PlanFacts, arm: string): boolean {
  return arms.some(({ key, ai_display }) => key === arm && ai_display === "SECOND_READ");
}

function whoOptions(facts: PlanFacts, subject: PlanSubject): { value: string; label: string }[] {
  const options = [
    ...facts.arms.map(({ key, name, readers }) => ({
      value: `ARM ${key}`,
      label: `${readers} ${readers === 1 ? "reader" : "readers"} in arm ${key}: ${name}`,
    })),
    ...facts.model_versions.map(({ id, name }) => ({ value: `AI ${id}`, label: `AI: ${name}` })),
  ];
  const place = placeOf(subject);
  if (options.some(({ value }) => value === place)) return options;
  return [...options, { value: place, label: "not in the reader study any more" }];
}
