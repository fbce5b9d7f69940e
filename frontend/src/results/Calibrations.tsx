import { Select, Table, Text } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { csvText } from "@/domain/csv";
import { type Description, subjectOf, voiceName } from "@/domain/description";
import { Section } from "@/ui/Section";
import { CalibrationSection } from "./CalibrationSection";
import { OutcomeText } from "./OutcomeText";

/** Calibration of an AI's scores, or of a reader's confidence, one at a time; of an AI the decision curve too. */
export function Calibrations({ description }: { description: Description }) {
  const calibrated = description.participants.filter(({ calibration }) => !isUndefined(calibration));
  const [key, setKey] = useState(calibrated[0]?.key ?? null);
  const shown = calibrated.find((one) => one.key === key);
  if (!shown) {
    return (
      <Section title="Calibration">
        <Text size="sm">Nobody gave probabilities: there is nothing to calibrate.</Text>
      </Section>
    );
  }
  const { calibration } = shown;
  const name = voiceName(shown, subjectOf(description, shown.subject));
  const bins = isUndefined(calibration) ? [] : calibration.bins;
  return (
    <>
      {calibrated.length > 1 && (
        <Select
          w={300}
          label="Whose calibration"
          allowDeselect={false}
          data={calibrated.map((one) => ({
            value: one.key,
            label: voiceName(one, subjectOf(description, one.subject)),
          }))}
          value={shown.key}
          onChange={setKey}
        />
      )}
      <CalibrationSection
        title={`Calibration: ${name}`}
        calibration={calibration}
        csvUrl={() =>
          csvText(
            ["low", "high", "n", "events", "mean_probability", "observed", "observed_low", "observed_high"],
            bins.map(({ low, high, n, events, mean_probability, observed }) => [
              low,
              high,
              n,
              events,
              mean_probability,
              ...(isUndefined(observed) ? [null, null, null] : [observed.value, observed.low, observed.high]),
            ]),
          )
        }
      />
      {!isUndefined(calibration) && calibration.decision_curve && (
        <Section
          title={`Decision curve: ${name}`}
          about="Net benefit of acting from a threshold probability on; acting on nobody is 0."
        >
          <Table.ScrollContainer minWidth={500} mah={360}>
            <Table aria-label="Net benefit" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Threshold</Table.Th>
                  <Table.Th>This model</Table.Th>
                  <Table.Th>Acting on everybody</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {calibration.decision_curve.map((row) => (
                  <Table.Tr key={row.threshold}>
                    <Table.Th scope="row">{row.threshold}</Table.Th>
                    <Table.Td>
                      <OutcomeText outcome={row.model} />
                    </Table.Td>
                    <Table.Td>
                      <OutcomeText outcome={row.treat_all} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Section>
      )}
    </>
  );
}
