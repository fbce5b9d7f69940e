import { Anchor, Badge, Button, Group, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { ModelVersion } from "@/api/ai";
import {
  measurePredictionAgain,
  type PredictionInList,
  predictionListKey,
  predictionMeasurementsQuery,
} from "@/api/predictions";
import { METHOD_NAMES } from "@/domain/aiMaps";
import {
  hasMeasurements,
  MEASURING_WORDS,
  type MeasuringState,
  mayMeasure,
  measuringProgress,
  measuringReasons,
  sourceText,
} from "@/domain/predictionWords";
import { uncertaintyNumber, uncertaintyText } from "@/domain/uncertainty";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { MeasurementTable } from "@/ui/MeasurementTable";
import { dateTime } from "@/ui/times";
import { CaseWords } from "./CaseWords";
import { predictionAddress } from "./predictionAddress";

const COLUMNS = 7;

interface PredictionTableProps {
  predictions: PredictionInList[];
  version: ModelVersion;
  onExplained: (predictionId: string) => void;
}

/** Predictions of a version; a row opens to what its segments measure. */
export function PredictionTable({ predictions, version, onExplained }: PredictionTableProps) {
  const [openId, setOpenId] = useState<string | null>(null);
  return (
    <Table aria-label={`Predictions of version ${version.version}`} verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Case</Table.Th>
          <Table.Th w={90}>Source</Table.Th>
          <Table.Th w={90} ta="right">
            Score
          </Table.Th>
          <Table.Th w={100} ta="right">
            Uncertainty
          </Table.Th>
          <Table.Th w="26%">Measurements</Table.Th>
          <Table.Th w={130}>Explanation</Table.Th>
          <Table.Th w={110}>Stored</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {predictions.map((one) => (
          <PredictionRow
            key={one.id}
            prediction={one}
            version={version}
            isOpen={openId === one.id}
            onToggle={() => setOpenId(openId === one.id ? null : one.id)}
            onExplained={onExplained}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface PredictionRowProps {
  prediction: PredictionInList;
  version: ModelVersion;
  isOpen: boolean;
  onToggle: () => void;
  onExplained: (predictionId: string) => void;
}

function PredictionRow({ prediction, version, isOpen, onToggle, onExplained }: PredictionRowProps) {
  const versionId = version.id;
  const { uncertainty, outcome, explanations } = prediction;
  const methods = [...new Set(explanations.map(({ method }) => METHOD_NAMES[method]))];
  return (
    <>
      <Table.Tr style={{ verticalAlign: "top" }}>
        <Table.Td>
          <CaseWords
            study={prediction.imaging_study}
            uid={prediction.imaging_study_uid}
            isSuperseded={!prediction.in_force}
          />
          <Anchor component={Link} size="xs" to={predictionAddress(version, prediction.id)}>
            Show on the images
          </Anchor>
        </Table.Td>
        <Table.Td>{sourceText(prediction)}</Table.Td>
        <Table.Td ta="right">
          {prediction.score.toFixed(3)}
          <Text size="xs" c="dimmed">
            {outcome.toLowerCase()}
          </Text>
        </Table.Td>
        <Table.Td ta="right" title={uncertainty ? uncertaintyText(uncertainty) : undefined}>
          {uncertainty ? uncertaintyNumber(uncertainty.value) : "–"}
        </Table.Td>
        <Table.Td>
          <MeasuringCell prediction={prediction} versionId={versionId} isOpen={isOpen} onToggle={onToggle} />
        </Table.Td>
        <Table.Td>
          {methods.length === 0 ? (
            "–"
          ) : (
            <Anchor component="button" size="sm" ta="left" onClick={() => onExplained(prediction.id)}>
              {methods.join(", ")}
            </Anchor>
          )}
        </Table.Td>
        <Table.Td>{dateTime(prediction.created_at)}</Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={COLUMNS}>
            <Measurements versionId={versionId} predictionId={prediction.id} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

const COLOURS: Record<MeasuringState, string> = {
  NO_SEGMENTS: "gray",
  NOT_BEGUN: "gray",
  WAITING: "blue",
  MEASURED: "teal",
  PARTLY_MEASURED: "yellow",
  NOT_MEASURABLE: "orange",
  FAILED: "red",
};

interface MeasuringCellProps extends Pick<PredictionRowProps, "prediction" | "isOpen" | "onToggle"> {
  versionId: string;
}

function MeasuringCell({ prediction, versionId, isOpen, onToggle }: MeasuringCellProps) {
  const queryClient = useQueryClient();
  const { id, measuring } = prediction;
  const { state } = measuring;
  const again = useMutation({
    mutationFn: () => measurePredictionAgain(versionId, id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: predictionListKey(versionId) }),
  });
  return (
    <Stack gap={4} align="flex-start">
      <Group gap="xs">
        {state === "NO_SEGMENTS" ? (
          <Text size="sm" c="dimmed">
            no segment
          </Text>
        ) : (
          <Badge size="sm" color={COLOURS[state]} variant="light" radius="sm">
            {MEASURING_WORDS[state]}
          </Badge>
        )}
        <Text size="xs" c="dimmed">
          {measuringProgress(measuring)}
        </Text>
        {hasMeasurements(measuring) && (
          <Anchor component="button" size="sm" aria-expanded={isOpen} onClick={onToggle}>
            {isOpen ? "Hide" : "Show"}
          </Anchor>
        )}
        {mayMeasure(measuring) && (
          <Button
            variant="default"
            size="compact-xs"
            loading={again.isPending}
            onClick={() => again.mutate()}
          >
            {state === "FAILED" ? "Measure again" : "Measure"}
          </Button>
        )}
      </Group>
      {measuringReasons(measuring).map((reason) => (
        <Text key={reason} size="xs" style={{ overflowWrap: "anywhere" }}>
          {reason}
        </Text>
      ))}
      {again.error && <ErrorNotice error={again.error} />}
    </Stack>
  );
}

function Measurements({ versionId, predictionId }: { versionId: string; predictionId: string }) {
  const { data, error, refetch } = useQuery(predictionMeasurementsQuery(versionId, predictionId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const segments = data.measurements.map((measurement) => ({
    key: measurement.finding_id,
    name: measurement.finding_id,
    measurement,
  }));
  return <MeasurementTable measuring={data} segments={segments} label="Measurements of the segments" />;
}
