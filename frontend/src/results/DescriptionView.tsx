import { Alert, Select, SimpleGrid } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { decidedCases } from "@/domain/casesBehind";
import { csvText } from "@/domain/csv";
import { type DescribedParticipant, type Description, subjectOf, voiceName } from "@/domain/description";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { Abstentions } from "./AbstentionSection";
import { AgreementSection } from "./AgreementSection";
import { Calibrations } from "./Calibrations";
import { ChangeSection } from "./ChangeSection";
import { ConfusionTable } from "./ConfusionTable";
import { CurveSections } from "./CurveSections";
import { useOpenCases } from "./casesBehind";
import { ForestPlot, participantRows } from "./charts/ForestPlot";
import { GroupsSection } from "./GroupsSection";
import { MarksSection } from "./MarksSection";
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
        <ConfusionTable description={description} participants={shown} />
      </Section>
      <Section title="Sensitivity and specificity">
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
          <Forest description={description} measure="sensitivity" participants={shown} level={level} />
          <Forest description={description} measure="specificity" participants={shown} level={level} />
        </SimpleGrid>
      </Section>
      <CurveSections description={description} participants={shown} level={level} />
      {description.marks && (
        <MarksSection
          description={description}
          marks={description.marks}
          isShown={({ kind, subject }) => kind === "AI" || subject === arm}
        />
      )}
      <ThresholdExplorer description={description} />
      {description.changes.map((change) => (
        <ChangeSection key={`${change.before} ${change.after}`} description={description} change={change} />
      ))}
      <Calibrations description={description} />
      <Abstentions participants={description.participants} level={level} />
      {description.agreement
        .filter(({ subject }) => subject === arm)
        .map((agreement) => (
          <AgreementSection
            key={agreement.subject}
            description={description}
            agreement={agreement}
            name={subjectOf(description, agreement.subject)?.name ?? agreement.subject}
          />
        ))}
      <GroupsSection description={description} />
      <TimeTable description={description} />
    </>
  );
}

interface ForestProps extends DescriptionViewProps {
  participants: DescribedParticipant[];
  measure: keyof typeof FOREST_TITLES;
}

const FOREST_TITLES = { sensitivity: "Sensitivity", specificity: "Specificity" };

function Forest({ description, measure, participants, level }: ForestProps) {
  const openCases = useOpenCases();
  const title = FOREST_TITLES[measure];
  const open = (one: DescribedParticipant) => () => {
    const name = voiceName(one, subjectOf(description, one.subject));
    openCases(decidedCases(`${name}, decisions`, one));
  };
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
      isOpening
      chart={<ForestPlot title={title} rows={participantRows(participants, measure, open)} />}
    />
  );
}
