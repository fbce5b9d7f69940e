import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Drift, type DriftWatchToSet, driftKey, setDriftWatch } from "@/api/drift";
import { CHART_KINDS, CHART_WORDS, type DriftChartKind } from "@/domain/drift";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { FixedNumberField } from "@/ui/NumberField";
import { ReferenceFields } from "./ReferenceFields";
import type { Change, RuleFieldsProps } from "./ruleFields";

const FIELDS = [
  "reference_cases",
  "reference_from",
  "reference_to",
  "step_cases",
  "least_cases",
  "charts",
  "false_alarm",
  "ewma_weight",
  "ewma_limit",
  "reason",
];
const STEPS = [
  { value: "WEEK", label: "a week (from Monday, UTC)" },
  { value: "DAY", label: "a day (UTC)" },
  { value: "CASES", label: "so many cases" },
];

/** Sets the rule of a watch: always a new version, with a reason. */
export function WatchForm({ drift, onClose }: { drift: Drift; onClose: () => void }) {
  const queryClient = useQueryClient();
  const versionId = drift.model_version.id;
  const [wanted, setWanted] = useState<DriftWatchToSet>({
    ...drift.rule,
    base: drift.watch?.number ?? 0,
    is_on: drift.watch?.is_on ?? true,
    reason: "",
  });
  const setting = useMutation({
    mutationFn: () => setDriftWatch(versionId, wanted),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: driftKey(versionId) });
      onClose();
    },
  });
  const faults = fieldErrors(setting.error);
  const change: Change = (changes) => setWanted({ ...wanted, ...changes });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setting.mutate();
      }}
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <ReferenceFields {...{ wanted, faults, change }} />
          <StepFields {...{ wanted, faults, change }} />
        </SimpleGrid>
        <Checkbox.Group
          label="Charts"
          error={faults.charts}
          value={wanted.charts}
          onChange={(charts) => change({ charts: charts as DriftChartKind[] })}
        >
          <Group gap="md" mt={4}>
            {CHART_KINDS.map((kind) => (
              <Checkbox key={kind} value={kind} label={CHART_WORDS[kind].title} />
            ))}
          </Group>
        </Checkbox.Group>
        <LimitFields {...{ wanted, faults, change }} />
        <Textarea
          label="Why"
          description="Kept with the rule; no rule is changed or removed later."
          required
          autosize
          minRows={1}
          maxLength={1000}
          error={faults.reason}
          value={wanted.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
        <Switch
          label="On: the portal evaluates it by itself and tells webhooks"
          checked={wanted.is_on}
          onChange={(event) => change({ is_on: event.currentTarget.checked })}
        />
        {setting.error && <ErrorBeside error={errorBesideFields(setting.error, FIELDS)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={setting.isPending}>
            Set the watch
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const ErrorBeside = ({ error }: { error: unknown }) => (error ? <ErrorNotice error={error} /> : null);

function StepFields({ wanted, faults, change }: RuleFieldsProps) {
  return (
    <Fieldset legend="One point is">
      <Group align="flex-start" gap="sm">
        <Select
          w={230}
          label="Step"
          data={STEPS}
          allowDeselect={false}
          value={wanted.step_kind}
          onChange={(kind) => kind && change({ step_kind: kind as DriftWatchToSet["step_kind"] })}
        />
        {wanted.step_kind === "CASES" ? (
          <FixedNumberField
            w={170}
            label="Cases a step"
            min={5}
            max={100_000}
            error={faults.step_cases}
            value={wanted.step_cases}
            onChange={(cases) => change({ step_cases: cases })}
          />
        ) : (
          <FixedNumberField
            w={240}
            label="Charted from so many cases on"
            min={5}
            max={100_000}
            error={faults.least_cases}
            value={wanted.least_cases}
            onChange={(cases) => change({ least_cases: cases })}
          />
        )}
      </Group>
    </Fieldset>
  );
}

function LimitFields({ wanted, faults, change }: RuleFieldsProps) {
  return (
    <Fieldset legend="Limits">
      <Group align="flex-start" gap="sm">
        <FixedNumberField
          w={250}
          label="Shares and indices: outside by chance"
          description="0.0027 is that of three deviations"
          min={0.000_001}
          max={0.1}
          step={0.0001}
          error={faults.false_alarm}
          value={wanted.false_alarm}
          onChange={(probability) => change({ false_alarm: probability })}
        />
        <FixedNumberField
          w={220}
          label="Moving average: weight"
          description="less sees smaller changes, later"
          min={0.01}
          max={1}
          step={0.05}
          error={faults.ewma_weight}
          value={wanted.ewma_weight}
          onChange={(weight) => change({ ewma_weight: weight })}
        />
        <FixedNumberField
          w={250}
          label="Moving average: limit"
          description="in standard errors; 2.962 with 0.2"
          min={1}
          max={6}
          step={0.1}
          error={faults.ewma_limit}
          value={wanted.ewma_limit}
          onChange={(limit) => change({ ewma_limit: limit })}
        />
      </Group>
    </Fieldset>
  );
}
