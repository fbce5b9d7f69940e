import { Group, Select, Slider, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { CELLS, casesAt } from "@/domain/casesBehind";
import {
  cellsAt,
  curveOf,
  type DescribedParticipant,
  type DescribedPoint,
  type Description,
  type PredictiveValue,
  predictiveValues,
  subjectOf,
  voiceName,
} from "@/domain/description";
import { decimal, intervalText, ratingWriter } from "@/domain/resultText";
import { FixedNumberField } from "@/ui/NumberField";
import { Section } from "@/ui/Section";
import { CasesButton } from "./CasesButton";

/** Sensitivity and specificity at any threshold, and the predictive values they mean at a chosen prevalence. */
export function ThresholdExplorer({ description }: { description: Description }) {
  const rated = description.participants.filter((participant) => curveOf(participant).length > 0);
  const [key, setKey] = useState(rated[0]?.key ?? null);
  const [position, setPosition] = useState<number | null>(null);
  const [percent, setPercent] = useState(10);
  const shown = rated.find((participant) => participant.key === key);
  if (!shown || isUndefined(shown.roc)) return null;
  const curve = curveOf(shown);
  const index = Math.min(position ?? startOf(curve, shown.threshold), curve.length - 1);
  const point = curve[index];
  if (!point) return null;
  const cells = cellsAt(point, shown.roc.counts);
  const values = predictiveValues(cells, percent / 100, description.normal_quantile);
  const ratingText = ratingWriter(curve.map((one) => one.threshold));
  const threshold = point.threshold === null ? null : ratingText(point.threshold);
  const thresholdText = threshold ?? "above all";
  return (
    <Section
      title="Threshold explorer"
      about="Measured where it is chosen: a threshold taken from here is optimistic until it is tried on other cases."
    >
      <Group align="flex-end" gap="md">
        <Select
          w={300}
          label="Whose ratings"
          allowDeselect={false}
          data={rated.map((one) => ({
            value: one.key,
            label: voiceName(one, subjectOf(description, one.subject)),
          }))}
          value={shown.key}
          onChange={(value) => {
            setKey(value);
            setPosition(null);
          }}
        />
        <FixedNumberField
          w={170}
          label="Prevalence (%)"
          min={0.01}
          max={99.99}
          value={percent}
          onChange={setPercent}
        />
      </Group>
      <Stack gap={4}>
        <Text size="sm">
          {threshold === null ? "Positive above all ratings" : `Positive from ${threshold} on`}
        </Text>
        <Slider
          thumbLabel="Threshold, by operating point"
          thumbProps={{ "aria-valuetext": thresholdText }}
          label={null}
          min={0}
          max={curve.length - 1}
          value={index}
          onChange={setPosition}
        />
      </Stack>
      <Table aria-label="At this threshold">
        <Table.Tbody>
          <Row title="Sensitivity" value={{ value: point.tpf, low: point.tpf_low, high: point.tpf_high }} />
          <Row
            title="Specificity"
            value={{ value: 1 - point.fpf, low: 1 - point.fpf_high, high: 1 - point.fpf_low }}
          />
          <Row title={`PPV at ${percent} %`} value={values.ppv} />
          <Row title={`NPV at ${percent} %`} value={values.npv} />
        </Table.Tbody>
      </Table>
      <Table aria-label="Decisions at this threshold">
        <Table.Thead>
          <Table.Tr>
            {CELLS.map(({ cell, title }) => (
              <Table.Th key={cell}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            {CELLS.map(({ cell, title }) => (
              <Table.Td key={cell}>
                <Cell
                  description={description}
                  shown={shown}
                  threshold={point.threshold}
                  from={threshold === null ? "above all ratings" : `from ${threshold} on`}
                  title={title}
                >
                  {cells[cell]}
                </Cell>
              </Table.Td>
            ))}
          </Table.Tr>
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        n = {shown.roc.counts.positives} positive and {shown.roc.counts.negatives} negative cases. Intervals:
        Wilson; of PPV and NPV the logit of Mercaldo. Cases are taken for independent.
      </Text>
    </Section>
  );
}

interface CellProps {
  description: Description;
  shown: DescribedParticipant;
  threshold: number | null;
  /** The threshold in words. */
  from: string;
  title: string;
  children: number;
}

function Cell({ description, shown, threshold, from, title, children }: CellProps) {
  const label = `${title} ${from}`;
  if (!shown.ratings) return children;
  const chosen = () => {
    const groups = casesAt(label, shown, threshold, description.cases)?.groups ?? [];
    return { title: label, groups: groups.filter((group) => group.title === title) };
  };
  return (
    <CasesButton label={`${label}: ${children}`} chosen={chosen}>
      {children}
    </CasesButton>
  );
}

/** Where it decides now, else where sensitivity and specificity are largest together. */
function startOf(curve: DescribedPoint[], threshold: number | null): number {
  const gain = ({ tpf, fpf }: DescribedPoint) => tpf - fpf;
  const best = curve.reduce((most, point, index) => {
    const so = curve[most];
    return so && gain(point) > gain(so) ? index : most;
  }, 0);
  if (threshold === null) return best;
  const below = curve.findIndex((point) => point.threshold !== null && point.threshold < threshold);
  return below < 0 ? curve.length - 1 : Math.max(0, below - 1);
}

function Row({ title, value }: { title: string; value: PredictiveValue | null }) {
  const interval = value && intervalText(value.low, value.high);
  return (
    <Table.Tr>
      <Table.Th scope="row">{title}</Table.Th>
      <Table.Td>
        {value
          ? `${decimal(value.value)} ${interval ? `(${interval})` : "(no interval)"}`
          : "not defined: no case gets this call"}
      </Table.Td>
    </Table.Tr>
  );
}
