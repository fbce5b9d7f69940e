import { Select, Table, Text } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { casesAt } from "@/domain/casesBehind";
import { csvText } from "@/domain/csv";
import {
  type DescribedParticipant,
  type Description,
  type NetBenefit,
  subjectOf,
  voiceName,
} from "@/domain/description";
import { percentText } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { binsCsv, CalibrationSection } from "./CalibrationSection";
import { useOpenCases } from "./casesBehind";
import { DecisionCurvePlot } from "./charts/DecisionCurvePlot";
import { OutcomeText } from "./OutcomeText";

/** Calibration of an AI's scores, or of a reader's confidence, one at a time; of an AI the decision curve too. */
export function Calibrations({ description }: { description: Description }) {
  const openCases = useOpenCases();
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
        name={name}
        calibration={calibration}
        csvUrl={() => binsCsv(bins)}
        openBin={({ low, high, cases }) =>
          cases
            ? () =>
                openCases({ title: `${name}, scores ${low}–${high}`, groups: byTruth(cases, description) })
            : undefined
        }
      />
      {!isUndefined(calibration) && calibration.decision_curve && (
        <DecisionCurve
          description={description}
          shown={shown}
          name={name}
          curve={calibration.decision_curve}
          n={calibration.counts.n}
        />
      )}
    </>
  );
}

function byTruth(cases: number[], { cases: all }: Description) {
  return [
    { title: "Positive", cases: cases.filter((position) => all[position]?.truth === 1) },
    { title: "Negative", cases: cases.filter((position) => all[position]?.truth === 0) },
  ];
}

interface DecisionCurveProps {
  description: Description;
  shown: DescribedParticipant;
  name: string;
  curve: NetBenefit[];
  n: number;
}

function DecisionCurve({ description, shown, name, curve, n }: DecisionCurveProps) {
  const openCases = useOpenCases();
  const openAt = (threshold: number) =>
    shown.ratings &&
    (() => {
      const chosen = casesAt(
        `${name}, acting from ${percentText(threshold)} on`,
        shown,
        threshold,
        description.cases,
      );
      if (chosen) openCases(chosen);
    });
  return (
    <Section
      title={`Decision curve: ${name}`}
      about="Net benefit of acting from a threshold probability on, in true positives per case; acting on nobody is 0 (Vickers and Elkin 2006)."
    >
      <Figure
        title="Net benefit"
        caption={`n = ${n} cases at the share of positive cases of this study. The band is Wald's interval of each point by itself. A model is of use where it lies above both other lines.`}
        name="decision-curve"
        csv={() => curveCsv(curve)}
        isOpening
        chart={<DecisionCurvePlot name={name} curve={curve} openAt={openAt} />}
        table={<NetBenefitTable curve={curve} />}
      />
    </Section>
  );
}

function NetBenefitTable({ curve }: { curve: NetBenefit[] }) {
  return (
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
          {curve.map((row) => (
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
  );
}

function curveCsv(curve: NetBenefit[]): string {
  return csvText(
    ["threshold", "model", "model_low", "model_high", "treat_all", "treat_none"],
    curve.map(({ threshold, model, treat_all: all }) => [
      threshold,
      ...(isUndefined(model) ? [null, null, null] : [model.value, model.low, model.high]),
      isUndefined(all) ? null : all.value,
      0,
    ]),
  );
}
