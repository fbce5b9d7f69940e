import { Alert, Select, SimpleGrid } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { csvText } from "@/domain/csv";
import {
  curveOf,
  type DescribedParticipant,
  type Description,
  subjectOf,
  voiceName,
} from "@/domain/description";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { AgreementSection } from "./AgreementSection";
import { Calibrations } from "./Calibrations";
import { CaseList, type ChosenCases } from "./CaseList";
import { ChangeSection } from "./ChangeSection";
import { ConfusionTable } from "./ConfusionTable";
import { ForestPlot } from "./charts/ForestPlot";
import { type BandPoint, RocPlot } from "./charts/RocPlot";
import { GroupsSection } from "./GroupsSection";
import { MeasuresTable } from "./MeasuresTable";
import { ThresholdExplorer } from "./ThresholdExplorer";
import { TimeTable } from "./TimeTable";

interface DescriptionViewProps {
  description: Description;
  level: number;
}

/** All that a planned result tells beside its endpoints. One arm of readers is shown at a time, with the AI. */
export function DescriptionView({ description, level }: DescriptionViewProps) {
  const arms = description.subjects.filter(({ kind }) => kind === "READERS");
  const [arm, setArm] = useState(arms[0]?.key ?? null);
  const [chosen, setChosen] = useState<ChosenCases | null>(null);
  const shown = description.participants.filter(({ kind, subject }) => kind === "AI" || subject === arm);
  return (
    <>
      <Alert variant="light" title="From here on: descriptive">
        {description.label}
      </Alert>
      <Section
        title="Readers and AI"
        about="Value with its interval. Point at a number for its method and count."
        actions={
          arms.length > 1 && (
            <Select
              w={240}
              aria-label="Which readers to show"
              allowDeselect={false}
              data={arms.map(({ key, name }) => ({ value: key, label: name }))}
              value={arm}
              onChange={setArm}
            />
          )
        }
      >
        <MeasuresTable participants={shown} />
        <ConfusionTable description={description} participants={shown} onChoose={setChosen} />
        <CaseList chosen={chosen} description={description} onClose={() => setChosen(null)} />
      </Section>
      <Section title="Sensitivity and specificity">
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
          <Forest measure="sensitivity" participants={shown} level={level} />
          <Forest measure="specificity" participants={shown} level={level} />
        </SimpleGrid>
      </Section>
      <RocSection description={description} participants={shown} level={level} />
      <ThresholdExplorer description={description} />
      {description.changes.map((change) => (
        <ChangeSection key={`${change.before} ${change.after}`} description={description} change={change} />
      ))}
      <Calibrations description={description} />
      {description.agreement.map((agreement) => (
        <AgreementSection
          key={agreement.subject}
          agreement={agreement}
          name={subjectOf(description, agreement.subject)?.name ?? agreement.subject}
        />
      ))}
      <GroupsSection description={description} />
      <TimeTable description={description} />
    </>
  );
}

interface FiguresProps {
  participants: DescribedParticipant[];
  level: number;
}

const FOREST_TITLES = { sensitivity: "Sensitivity", specificity: "Specificity" };

function Forest({ measure, participants, level }: FiguresProps & { measure: keyof typeof FOREST_TITLES }) {
  const title = FOREST_TITLES[measure];
  const csv = () =>
    csvText(
      ["participant", "name", "measure", "estimate", "low", "high", "n", "method"],
      participants.map(({ subject, name, binary }) => {
        const outcome = isUndefined(binary) ? binary : binary.estimates[measure];
        return isUndefined(outcome)
          ? [subject, name, measure, null, null, null, outcome.n, outcome.undefined]
          : [subject, name, measure, outcome.value, outcome.low, outcome.high, outcome.n, outcome.method];
      }),
    );
  return (
    <Figure
      title={title}
      caption={`Value with its ${Number((100 * level).toFixed(1))} % interval.`}
      name={`forest-${measure}`}
      csv={csv}
      chart={<ForestPlot title={title} measure={measure} participants={participants} />}
    />
  );
}

/** The AI's curve with every reader's decision on it; of one reader at a time the curve too. */
function RocSection({ description, participants, level }: FiguresProps & { description: Description }) {
  const readers = participants.filter(({ kind }) => kind === "READER");
  const [key, setKey] = useState<string | null>(null);
  const drawn = participants.map((one) =>
    one.kind === "AI" || one.key === key || isUndefined(one.roc)
      ? one
      : { ...one, roc: { ...one.roc, curve: [] } },
  );
  const csv = () =>
    csvText(
      ["participant", "name", "fpf", "fpf_low", "fpf_high", "tpf", "tpf_low", "tpf_high", "threshold"],
      participants.flatMap((one) =>
        curveOf(one).map((point) => [
          one.subject,
          one.name,
          point.fpf,
          point.fpf_low,
          point.fpf_high,
          point.tpf,
          point.tpf_low,
          point.tpf_high,
          point.threshold,
        ]),
      ),
    );
  return (
    <Section
      title="ROC"
      actions={
        readers.length > 0 && (
          <Select
            w={240}
            aria-label="Whose curve to draw too"
            placeholder="Curve of a reader"
            clearable
            data={readers.map((one) => ({
              value: one.key,
              label: voiceName(one, subjectOf(description, one.subject)),
            }))}
            value={key}
            onChange={setKey}
          />
        )
      }
    >
      <Figure
        title="ROC curve of the AI, and where the readers decide"
        caption={`A marker shows the decisions really made. The band is the ${Number((100 * level).toFixed(1))} % bootstrap interval of the first AI's sensitivity at each specificity by itself. The dotted diagonal is chance.`}
        name="roc"
        csv={csv}
        chart={<RocPlot participants={drawn} band={bandOf(participants[0])} />}
      />
    </Section>
  );
}

function bandOf(participant: DescribedParticipant | undefined): BandPoint[] {
  if (!participant || isUndefined(participant.roc)) return [];
  return (participant.roc.band ?? []).flatMap(({ specificity, sensitivity }) =>
    isUndefined(sensitivity) || sensitivity.low === null || sensitivity.high === null
      ? []
      : [{ specificity, low: sensitivity.low, high: sensitivity.high }],
  );
}
