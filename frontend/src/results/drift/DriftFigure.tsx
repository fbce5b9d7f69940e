import { Alert, Table, Text } from "@mantine/core";
import {
  CHART_WORDS,
  chartCsv,
  type DriftChart,
  leftOutText,
  limitsText,
  referenceText,
  runLengthText,
  type StepKind,
  stepText,
  valueText,
} from "@/domain/drift";
import { Figure } from "@/ui/charts/Figure";
import { fileNamePart } from "@/ui/charts/fileNames";
import { ControlChart } from "../charts/ControlChart";

/** One chart of a watch with its table and files; where there is none yet, why. */
export function DriftFigure({ chart, step }: { chart: DriftChart; step: StepKind }) {
  const words = CHART_WORDS[chart.chart];
  const whose = chart.reader_study
    ? `: ${chart.reader_study.name}${chart.arm ? `, ${chart.arm.name || chart.arm.key}` : ""}`
    : "";
  const title = `${words.title}${whose}`;
  const about = [referenceText(chart), runLengthText(chart.average_run_length), leftOutText(chart)];
  const reason = chart.undefined?.detail ?? (chart.points.length === 0 ? WAITING : null);
  if (reason !== null) {
    return (
      <div>
        <Text fw={600} size="sm" mb="xs">
          {title}
        </Text>
        <Alert color="gray" variant="light">
          <Text size="sm">{reason}</Text>
          <Text size="xs" c="dimmed">
            {about.filter(Boolean).join(" ")}
          </Text>
        </Alert>
      </div>
    );
  }
  return (
    <Figure
      title={title}
      caption={[words.about, ...about].filter(Boolean).join(" ")}
      name={`drift-${fileNamePart(title)}`}
      csv={() => chartCsv(chart)}
      chart={<ControlChart chart={chart} title={title} step={step} />}
      table={<PointTable chart={chart} title={title} step={step} />}
    />
  );
}

const WAITING = "The reference is complete; the first step after it is not over yet.";

function PointTable({ chart, title, step }: { chart: DriftChart; title: string; step: StepKind }) {
  const { chart: kind, points } = chart;
  return (
    <Table.ScrollContainer minWidth={560} mah={420}>
      <Table aria-label={`Steps: ${title}`} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Step</Table.Th>
            <Table.Th>n</Table.Th>
            <Table.Th>{CHART_WORDS[kind].value}</Table.Th>
            <Table.Th>Limits</Table.Th>
            <Table.Th>Outcome</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.map((point) => (
            <Table.Tr key={point.key}>
              <Table.Th scope="row">{stepText(point, step)}</Table.Th>
              <Table.Td>{point.n}</Table.Td>
              <Table.Td>{point.value === null ? "–" : valueText(kind, point.value)}</Table.Td>
              <Table.Td>
                {point.low === null || point.high === null ? "–" : limitsText(kind, point.low, point.high)}
              </Table.Td>
              <Table.Td>{outcome(point)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const outcome = ({ value, side }: DriftChart["points"][number]) => {
  if (value === null) return "too few to be charted";
  return side === null ? "inside" : `outside: ${side}`;
};
