import { Anchor, Button, Group, Select, Stack, Switch, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ModelVersion } from "@/api/ai";
import { type Outcome, type PredictionFilter, predictionListQuery } from "@/api/predictions";
import { counted } from "@/domain/counted";
import { MEASURING_WORDS, type MeasuringState } from "@/domain/predictionWords";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { PredictionTable } from "./PredictionTable";

interface PredictionsPartProps {
  version: ModelVersion;
  /** Shows the explanations of a prediction, further down the page. */
  onExplained: (predictionId: string) => void;
}

/** What a version has said, and what became of measuring it. Nothing is asked before it is opened. */
export function PredictionsPart({ version, onExplained }: PredictionsPartProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Group justify="space-between">
        <Text fw={600} size="sm">
          Its predictions and their measurements
        </Text>
        <Anchor component="button" size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide the list" : "List predictions"}
        </Anchor>
      </Group>
      {isOpen && <Predictions version={version} onExplained={onExplained} />}
    </>
  );
}

function Predictions({ version, onExplained }: PredictionsPartProps) {
  const [filter, setFilter] = useState<PredictionFilter>({ measuring: "", outcome: "", superseded: false });
  const pages = useInfiniteQuery(predictionListQuery(version.id, filter));
  const predictions = pages.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <Stack gap="sm">
      <FilterFields value={filter} onChange={setFilter} />
      {pages.error && <ErrorNotice error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <LoadingScreen />}
      {pages.isSuccess && predictions.length === 0 && <NothingHere version={version} filter={filter} />}
      {predictions.length > 0 && (
        <PredictionTable predictions={predictions} version={version} onExplained={onExplained} />
      )}
      <Group justify="center">
        {pages.hasNextPage && (
          <Button
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            Show more
          </Button>
        )}
        {pages.isSuccess && !pages.hasNextPage && predictions.length > 0 && (
          <Text size="xs" c="dimmed" role="status">
            {counted(predictions.length, "prediction")}
          </Text>
        )}
      </Group>
    </Stack>
  );
}

const MEASURING = Object.entries(MEASURING_WORDS).map(([value, label]) => ({ value, label }));
const OUTCOMES = [
  { value: "POSITIVE", label: "Positive" },
  { value: "NEGATIVE", label: "Negative" },
];

interface FilterFieldsProps {
  value: PredictionFilter;
  onChange: (filter: PredictionFilter) => void;
}

function FilterFields({ value, onChange }: FilterFieldsProps) {
  return (
    <Group gap="sm">
      <Select
        w={210}
        aria-label="Measurements"
        placeholder="Any state of measuring"
        data={MEASURING}
        clearable
        value={value.measuring || null}
        onChange={(measuring) => onChange({ ...value, measuring: (measuring ?? "") as MeasuringState | "" })}
      />
      <Select
        w={160}
        aria-label="Outcome"
        placeholder="Any outcome"
        data={OUTCOMES}
        clearable
        value={value.outcome || null}
        onChange={(outcome) => onChange({ ...value, outcome: (outcome ?? "") as Outcome | "" })}
      />
      <Switch
        label="Superseded ones too"
        checked={value.superseded}
        onChange={(event) => onChange({ ...value, superseded: event.currentTarget.checked })}
      />
    </Group>
  );
}

function NothingHere({ version, filter }: { version: ModelVersion; filter: PredictionFilter }) {
  if (filter.measuring || filter.outcome) {
    return <EmptyState title="Nothing matches">Clear a filter to see the other predictions.</EmptyState>;
  }
  return (
    <EmptyState title="No prediction yet">
      {version.runnable
        ? "Run this version on the cases of a reader study, under its part AI. What it says of each is then listed here."
        : "Upload a CSV or DICOM files below, or post predictions by a program. They are then listed here."}
    </EmptyState>
  );
}
