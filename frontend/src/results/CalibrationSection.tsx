import { SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { type Calibration, type CalibrationBin, isUndefined, type Undefined } from "@/domain/analysisResult";
import { csvText } from "@/domain/csv";
import type { DescribedBin } from "@/domain/description";
import { decimal } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { CalibrationPlot } from "./charts/CalibrationPlot";
import { OutcomeText } from "./OutcomeText";

export const CALIBRATION_MEASURES: { name: keyof Calibration["estimates"]; title: string; about: string }[] =
  [
    { name: "brier", title: "Brier score", about: "mean squared error; 0 is best" },
    {
      name: "expected_calibration_error",
      title: "Expected calibration error",
      about: "mean distance from the diagonal",
    },
    {
      name: "maximum_calibration_error",
      title: "Maximum calibration error",
      about: "largest distance of a bin",
    },
    {
      name: "calibration_in_the_large",
      title: "Calibration in the large",
      about: "0 is best; above 0 the scores are too low",
    },
    { name: "calibration_slope", title: "Calibration slope", about: "1 is best; below 1 too extreme" },
    { name: "calibration_intercept", title: "Calibration intercept", about: "0 is best" },
  ];

interface CalibrationSectionProps {
  calibration: Calibration | Undefined;
  /** Address of the bins as a file, or the text of one made here. */
  csvUrl: string | (() => string);
  /** Whose it is, where not the one AI's. */
  title?: string;
  name?: string;
  /** Opens the cases of a bin. */
  openBin?: (bin: DescribedBin) => (() => void) | undefined;
}

/** Whether the AI's scores can be taken as probabilities. */
export function CalibrationSection({
  calibration,
  csvUrl,
  title = "Calibration of the AI",
  name = "the AI",
  openBin,
}: CalibrationSectionProps) {
  if (isUndefined(calibration)) {
    return (
      <Section title={title}>
        <Text size="sm">{calibration.detail}</Text>
      </Section>
    );
  }
  return (
    <Section title={title}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Figure
          title="Calibration"
          caption="On the diagonal, of the cases scored 0.3 three in ten are positive. Bars are intervals."
          name="calibration"
          csv={csvUrl}
          isOpening={openBin !== undefined}
          chart={<CalibrationPlot calibration={calibration} name={name} {...(openBin && { openBin })} />}
          table={<BinTable calibration={calibration} />}
        />
        <Stack gap="sm">
          <Table aria-label="Measures of calibration">
            <Table.Tbody>
              {CALIBRATION_MEASURES.map((measure) => (
                <Table.Tr key={measure.name}>
                  <Table.Th scope="row">
                    {measure.title}
                    <Text size="xs" c="dimmed" fw={400}>
                      {measure.about}
                    </Text>
                  </Table.Th>
                  <Table.Td>
                    <OutcomeText outcome={calibration.estimates[measure.name]} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Text size="xs" c="dimmed">
            {calibration.counts.n} cases, {calibration.counts.events} of them positive, in bins of equal
            width.
          </Text>
        </Stack>
      </SimpleGrid>
    </Section>
  );
}

export function BinTable({ calibration }: { calibration: Calibration }) {
  return (
    <Table aria-label="Bins of the calibration plot">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Scores</Table.Th>
          <Table.Th>Cases</Table.Th>
          <Table.Th>Positive</Table.Th>
          <Table.Th>Mean score</Table.Th>
          <Table.Th>Observed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {calibration.bins.map((bin) => (
          <Table.Tr key={bin.low}>
            <Table.Td>
              {bin.low}–{bin.high}
            </Table.Td>
            <Table.Td>{bin.n}</Table.Td>
            <Table.Td>{bin.events}</Table.Td>
            <Table.Td>{bin.mean_probability === null ? "–" : decimal(bin.mean_probability)}</Table.Td>
            <Table.Td>
              <OutcomeText outcome={bin.observed} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The bins of a calibration plot as a file. */
export function binsCsv(bins: CalibrationBin[]): string {
  return csvText(
    ["low", "high", "n", "events", "mean_probability", "observed", "observed_low", "observed_high"],
    bins.map(({ low, high, n, events, mean_probability, observed }) => [
      low,
      high,
      n,
      events,
      mean_probability,
      ...(isUndefined(observed) ? [null, null, null] : [observed.value, observed.low, observed.high]),
    ]),
  );
}
