import { Alert, List, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import {
  type CurvePoint,
  curveCsv,
  type LayerFigures as Figures,
  markedPoints,
  probabilityText,
  STAGE_TITLES,
  stagesOf,
} from "@/domain/operatingLayers";
import { Figure } from "@/ui/charts/Figure";
import { BinTable, binsCsv, CALIBRATION_MEASURES } from "../CalibrationSection";
import { CalibrationPlot } from "../charts/CalibrationPlot";
import { LayerCurvePlot } from "../charts/LayerCurvePlot";
import { OutcomeText } from "../OutcomeText";

interface LayerFiguresProps {
  figures: Figures;
  /** Begins the names of its tables and files, which stand on one page with others. */
  name: string;
}

/** How scores and probabilities fit the truth of a set, side by side, with every number's interval. */
export function LayerFigures({ figures, name }: LayerFiguresProps) {
  const stages = stagesOf(figures);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        {stages.map(({ stage, calibration }) => (
          <Figure
            key={stage}
            title={STAGE_TITLES[stage]}
            caption={captionOf(figures, stage === "after")}
            name={`${name}-${stage}`}
            csv={() => binsCsv(calibration.bins)}
            chart={
              <CalibrationPlot calibration={calibration} name={stage === "before" ? "the AI" : "the layer"} />
            }
            table={<BinTable calibration={calibration} />}
          />
        ))}
      </SimpleGrid>
      <MeasureTable figures={figures} name={name} />
      {figures.notes.length > 0 && (
        <Alert color="yellow" variant="light" title="To be known">
          <List size="sm">
            {figures.notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}

function captionOf({ counts, kind }: Figures, isAfter: boolean): string {
  const cases = `n = ${counts.n} ${counts.n === 1 ? "case" : "cases"} of ${counts.patients} ${counts.patients === 1 ? "patient" : "patients"}, ${counts.positives} positive.`;
  const fit = isAfter && kind === "FIT" ? " Cross-fitted: no case counts with a fit that had seen it." : "";
  return `${cases}${fit} On the diagonal the probabilities are right. Bars are intervals.`;
}

function MeasureTable({ figures, name }: LayerFiguresProps) {
  const stages = stagesOf(figures);
  const { before, after } = figures.calls;
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table aria-label={`Measures: ${name}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            {stages.map(({ stage }) => (
              <Table.Th key={stage}>{STAGE_TITLES[stage]}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {CALIBRATION_MEASURES.map((measure) => (
            <Table.Tr key={measure.name}>
              <Table.Th scope="row">
                {measure.title}
                <Text size="xs" c="dimmed" fw={400}>
                  {measure.about}
                </Text>
              </Table.Th>
              {stages.map(({ stage, calibration }) => (
                <Table.Td key={stage}>
                  <OutcomeText outcome={calibration.estimates[measure.name]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          {(["sensitivity", "specificity"] as const).map((measure) => (
            <Table.Tr key={measure}>
              <Table.Th scope="row">
                {measure === "sensitivity" ? "Sensitivity" : "Specificity"}
                <Text size="xs" c="dimmed" fw={400}>
                  positive from {probabilityText(before.threshold)} before, {probabilityText(after.threshold)}{" "}
                  after
                </Text>
              </Table.Th>
              {stages.map(({ stage }) => (
                <Table.Td key={stage}>
                  {stage === "shifted" ? (
                    <Text size="sm" c="dimmed">
                      as after
                    </Text>
                  ) : (
                    <OutcomeText outcome={figures.calls[stage][measure]} />
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface ScoreCurveProps {
  curve: CurvePoint[];
  hasShift: boolean;
}

/** What the layer makes of scores, as a line and as a table. */
export function ScoreCurve({ curve, hasShift }: ScoreCurveProps) {
  return (
    <Figure
      title="What becomes of a score"
      caption="Straight along the diagonal a layer would change nothing."
      name="layer-curve"
      csv={() => curveCsv(curve)}
      chart={<LayerCurvePlot curve={curve} hasShift={hasShift} />}
      table={
        <Table aria-label="What becomes of a score">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Score</Table.Th>
              {hasShift && <Table.Th>Without the shift</Table.Th>}
              <Table.Th>Probability</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {markedPoints(curve).map(({ score, calibrated, used }) => (
              <Table.Tr key={score}>
                <Table.Td>{score}</Table.Td>
                {hasShift && <Table.Td>{probabilityText(calibrated)}</Table.Td>}
                <Table.Td>{probabilityText(used)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      }
    />
  );
}
