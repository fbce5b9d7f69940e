import { SimpleGrid, Table, Text } from "@mantine/core";
import { type Abstention, type DescribedAbstention, sentCases } from "@/domain/abstention";
import { isUndefined } from "@/domain/analysisResult";
import { csvText } from "@/domain/csv";
import type { DescribedParticipant } from "@/domain/description";
import { percentText } from "@/domain/resultText";
import { methodText, uncertaintyNumber } from "@/domain/uncertainty";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { useOpenCases } from "./casesBehind";
import { AbstentionPlot } from "./charts/AbstentionPlot";
import { OutcomeText } from "./OutcomeText";

const TITLE = "Leaving uncertain cases to a human";
const NO_UNCERTAINTY =
  "No prediction of the AI in this analysis says how uncertain it is, so nothing tells which cases to leave to a human.";

/** Of every AI of a planned result; a result whose predictions have no uncertainty holds nothing of it. */
export function Abstentions({
  participants,
  level,
}: {
  participants: DescribedParticipant[];
  level: number;
}) {
  const ai = participants.filter(({ kind }) => kind === "AI");
  if (ai.length === 0) return null;
  if (!ai.some(({ abstention }) => abstention)) {
    return (
      <Section title={TITLE}>
        <Text size="sm">{NO_UNCERTAINTY}</Text>
      </Section>
    );
  }
  return ai.map((one) => (
    <AbstentionSection
      key={one.key}
      title={ai.length > 1 ? `${TITLE}: ${one.name}` : TITLE}
      name={one.name}
      abstention={one.abstention}
      participant={one}
      level={level}
    />
  ));
}

interface AbstentionSectionProps {
  title?: string;
  name: string;
  abstention: DescribedAbstention | undefined;
  /** Whose cases a point opens; left out where the result does not list them. */
  participant?: DescribedParticipant;
  level: number;
  /** Address of the curve as a file; without it one is made here. */
  csvUrl?: string;
}

/** How errors fall as the least certain cases are left out: figure, shares, areas; or why there is none. */
export function AbstentionSection({ title = TITLE, name, abstention, ...shown }: AbstentionSectionProps) {
  const openCases = useOpenCases();
  if (!abstention || isUndefined(abstention)) {
    return (
      <Section title={title}>
        <Text size="sm">{abstention?.detail ?? NO_UNCERTAINTY}</Text>
      </Section>
    );
  }
  const { participant, level, csvUrl } = shown;
  const openAt = (limit: number) => {
    const chosen = participant && sentCases(name, abstention, participant, limit);
    return chosen ? () => openCases(chosen) : undefined;
  };
  const { cases, errors, without_uncertainty: without } = abstention.counts;
  return (
    <Section
      title={title}
      about={`${cases} ${cases === 1 ? "case" : "cases"} with a decision and an uncertainty, ${errors} decided wrongly. ${abstention.definition}`}
    >
      {without > 0 && (
        <Text size="sm" c="yellow">
          Of {without} decided cases no uncertainty is known: they are not on the curve.
        </Text>
      )}
      {abstention.curve.length === 1 && (
        <Text size="sm" c="yellow">
          {cases === 1
            ? "Of a single case there is nothing to leave to a human."
            : "All cases are equally uncertain: none can be left to a human before the others."}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Figure
          title="Errors against the share of cases kept"
          caption={`From left to right less certain cases are kept too (${methodText(abstention)}). The band is the ${percentText(level)} interval of each point by itself.`}
          name="abstention"
          csv={csvUrl ?? (() => curveCsv(name, abstention))}
          isOpening={participant !== undefined}
          chart={<AbstentionPlot name={name} abstention={abstention} level={level} openAt={openAt} />}
        />
        <div>
          <AreaTable estimates={abstention.estimates} />
        </div>
      </SimpleGrid>
      <KeptTable abstention={abstention} />
    </Section>
  );
}

function KeptTable({ abstention: { kept } }: { abstention: Abstention }) {
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table aria-label="Decisions on the cases kept">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Kept, at most</Table.Th>
            <Table.Th>Cases</Table.Th>
            <Table.Th>Uncertainty up to</Table.Th>
            <Table.Th>Error rate</Table.Th>
            <Table.Th>Sensitivity</Table.Th>
            <Table.Th>Specificity</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {kept.map((row) => (
            <Table.Tr key={row.share}>
              <Table.Th scope="row">{percentText(row.share)}</Table.Th>
              <Table.Td>{row.n}</Table.Td>
              <Table.Td>{uncertaintyNumber(row.uncertainty)}</Table.Td>
              {[row.error_rate, row.sensitivity, row.specificity].map((outcome, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: three measures, always in this order
                <Table.Td key={index}>
                  <OutcomeText outcome={outcome} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const AREAS: { name: "area" | "excess_area"; title: string; about: string }[] = [
  {
    name: "area",
    title: "Mean error rate along the curve",
    about: "the error rate itself where uncertainty says nothing; less is better",
  },
  {
    name: "excess_area",
    title: "Of it, above the best order of cases",
    about: "0 where all wrong decisions are the least certain",
  },
];

function AreaTable({ estimates }: { estimates: Abstention["estimates"] }) {
  return (
    <Table aria-label="Areas of the abstention curve">
      <Table.Tbody>
        {AREAS.map(({ name, title, about }) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">
              {title}
              <Text size="xs" c="dimmed" fw={400}>
                {about}
              </Text>
            </Table.Th>
            <Table.Td>
              <OutcomeText outcome={estimates[name]} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function curveCsv(name: string, { curve, method, definition }: Abstention): string {
  return csvText(
    [
      "name",
      "uncertainty",
      "kept",
      "errors",
      "coverage",
      "error_rate",
      "low",
      "high",
      "method",
      "definition",
    ],
    curve.map((point) => [
      name,
      point.uncertainty,
      point.n,
      point.errors,
      point.coverage,
      point.error_rate,
      point.low,
      point.high,
      method,
      definition,
    ]),
  );
}
