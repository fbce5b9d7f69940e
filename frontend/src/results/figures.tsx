import { Table } from "@mantine/core";
import { type AnalysisResult, binaryOutcome, isUndefined } from "@/domain/analysisResult";
import { decimal, ratingWriter } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { ForestPlot, participantRows } from "./charts/ForestPlot";
import { RocPlot } from "./charts/RocPlot";
import { OutcomeText } from "./OutcomeText";

interface ResultFigureProps {
  result: AnalysisResult;
  csvUrl: string;
}

const FOREST_TITLES = { sensitivity: "Sensitivity", specificity: "Specificity" };

export function ForestFigure({
  measure,
  result,
  csvUrl,
}: ResultFigureProps & { measure: keyof typeof FOREST_TITLES }) {
  const title = FOREST_TITLES[measure];
  return (
    <Figure
      title={title}
      caption={`Value with its ${Number((100 * result.confidence_level).toFixed(1))} % interval.`}
      name={`forest-${measure}`}
      csv={csvUrl}
      chart={<ForestPlot title={title} rows={participantRows(result.participants, measure)} />}
      table={
        <Table aria-label={title}>
          <Table.Tbody>
            {result.participants.map((participant) => (
              <Table.Tr key={participant.key}>
                <Table.Th scope="row">{participant.name}</Table.Th>
                <Table.Td>
                  <OutcomeText outcome={binaryOutcome(participant, measure)} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      }
    />
  );
}

export function RocFigure({ result, csvUrl }: ResultFigureProps) {
  return (
    <Figure
      title="ROC curves and operating points"
      caption="A curve shows every possible threshold of the rating; the marker shows the decisions really made. The dotted diagonal is chance."
      name="roc"
      csv={csvUrl}
      chart={<RocPlot participants={result.participants} />}
      table={<RocTable result={result} />}
    />
  );
}

function RocTable({ result }: { result: AnalysisResult }) {
  const rows = result.participants.flatMap(({ key, name, roc }) =>
    isUndefined(roc) || isUndefined(roc.curve)
      ? []
      : roc.curve.map((point, index) => ({ id: `${key} ${index}`, name, ...point })),
  );
  const ratingText = ratingWriter(rows.map(({ threshold }) => threshold));
  return (
    <Table.ScrollContainer minWidth={400} mah={420}>
      <Table aria-label="Points of the ROC curves" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th>Rating from</Table.Th>
            <Table.Th>Sensitivity</Table.Th>
            <Table.Th>1 − specificity</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Th scope="row">{row.name}</Table.Th>
              <Table.Td>{row.threshold === null ? "above all" : ratingText(row.threshold)}</Table.Td>
              <Table.Td>{decimal(row.tpf)}</Table.Td>
              <Table.Td>{decimal(row.fpf)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
