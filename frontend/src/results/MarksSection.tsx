import { Table, Text } from "@mantine/core";
import { markedCases } from "@/domain/casesBehind";
import { csvText } from "@/domain/csv";
import {
  type DescribedMarks,
  type Description,
  isMarking,
  type MarkingParticipant,
  type MarksCurve,
  type MarksFigure,
  subjectOf,
  voiceName,
} from "@/domain/description";
import { CURVE_COLUMNS, curveRows } from "@/domain/marksText";
import { ratingWriter } from "@/domain/resultText";
import { Figure } from "@/ui/charts/Figure";
import { Section } from "@/ui/Section";
import { useOpenCases } from "./casesBehind";
import { MarksPlot } from "./charts/MarksPlot";
import { OutcomeText } from "./OutcomeText";

interface MarksSectionProps {
  description: Description;
  marks: DescribedMarks;
  /** Whether somebody is shown: one arm of readers at a time. */
  isShown: (one: { kind: "AI" | "READER"; subject: string }) => boolean;
}

const AREAS: { figure: MarksFigure; title: string }[] = [
  { figure: "WAFROC", title: "wAFROC" },
  { figure: "AFROC", title: "AFROC" },
  { figure: "INFERRED_AUC", title: "ROC of the highest mark" },
  { figure: "LESION_SENSITIVITY", title: "Lesions found, any mark" },
];

const FIGURES: { curve: MarksCurve; title: string; caption: string }[] = [
  {
    curve: "froc",
    title: "FROC curves",
    caption:
      "Lesions found against false marks per case. A point is a rating: it counts the marks that are as sure. Its cross, where you point, is how far the interval of each coordinate reaches by itself.",
  },
  {
    curve: "afroc",
    title: "AFROC curves",
    caption:
      "Lesions found against the share of negative cases with a false mark as sure. The last stretch joins the least sure mark to (1, 1), as the area does.",
  },
];

/** Where lesions are found and where there is none: counts, areas and curves of marks. */
export function MarksSection({ description, marks, isShown }: MarksSectionProps) {
  const openCases = useOpenCases();
  const shown = marks.participants.filter(isShown);
  const drawn = shown.filter(isMarking);
  const { lesions, positives, negatives, positives_without_lesion } = marks.counts;
  const open = (one: MarkingParticipant, threshold: number | null) => {
    const name = voiceName(one, subjectOf(description, one.subject));
    const ratingText = ratingWriter(one.marks.map(([, rating]) => rating));
    const from = threshold === null ? "none" : `from ${ratingText(threshold)} on`;
    openCases(markedCases(`${name}, marks ${from}`, one, threshold, marks.lesions_by_case));
  };
  return (
    <Section
      title="Located findings"
      about={`${lesions} lesions in ${positives} positive cases; ${negatives} cases are negative. ${marks.rule}`}
    >
      {positives_without_lesion > 0 && (
        <Text size="sm" c="yellow">
          Of {positives_without_lesion} positive cases no lesion is known: figures of marks are without them.
        </Text>
      )}
      <MarksTable participants={shown} />
      {drawn.length > 0 &&
        FIGURES.map(({ curve, title, caption }) => (
          <Figure
            key={curve}
            title={title}
            caption={caption}
            name={curve}
            csv={() => csvText(CURVE_COLUMNS, curveRows(marks, drawn, curve))}
            isOpening
            chart={<MarksPlot curve={curve} marks={marks} participants={drawn} onOpen={open} />}
          />
        ))}
    </Section>
  );
}

function MarksTable({ participants }: { participants: DescribedMarks["participants"] }) {
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table aria-label="Marks">
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th>Cases</Table.Th>
            <Table.Th>Found / lesions</Table.Th>
            <Table.Th>False marks</Table.Th>
            {AREAS.map(({ title }) => (
              <Table.Th key={title}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {participants.map((one) => (
            <Table.Tr key={one.key}>
              <Table.Th scope="row">{one.kind === "AI" ? `AI: ${one.name}` : one.name}</Table.Th>
              {isMarking(one) ? (
                <>
                  <Table.Td>{one.n}</Table.Td>
                  <Table.Td>
                    {one.counts.lesion_marks} / {one.lesions}
                  </Table.Td>
                  <Table.Td>{one.counts.false_marks}</Table.Td>
                  {AREAS.map(({ figure }) => (
                    <Table.Td key={figure}>
                      <OutcomeText outcome={one.estimates[figure]} />
                    </Table.Td>
                  ))}
                </>
              ) : (
                <Table.Td colSpan={3 + AREAS.length}>
                  <OutcomeText outcome={one.undefined} />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
