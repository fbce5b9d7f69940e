import { Table, Text } from "@mantine/core";
import {
  aucOutcome,
  type BinaryMeasure,
  binaryOutcome,
  isUndefined,
  type Outcome,
  type Participant,
} from "@/domain/analysisResult";
import { OutcomeText } from "./OutcomeText";

const BINARY_COLUMNS: { measure: BinaryMeasure; title: string }[] = [
  { measure: "sensitivity", title: "Sensitivity" },
  { measure: "specificity", title: "Specificity" },
  { measure: "ppv", title: "PPV" },
  { measure: "npv", title: "NPV" },
  { measure: "accuracy", title: "Accuracy" },
];

const COLUMNS: { title: string; of: (participant: Participant) => Outcome }[] = [
  ...BINARY_COLUMNS.map(({ measure, title }) => ({
    title,
    of: (participant: Participant) => binaryOutcome(participant, measure),
  })),
  { title: "AUC", of: aucOutcome },
];

/** Every measure of the AI and of each reader, with the counts behind them. */
export function MeasuresTable({ participants }: { participants: Participant[] }) {
  return (
    <Table.ScrollContainer minWidth={1080}>
      <Table aria-label="Measures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th>Cases</Table.Th>
            {COLUMNS.map((column) => (
              <Table.Th key={column.title}>{column.title}</Table.Th>
            ))}
            <Table.Th>TP / FP / FN / TN</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {participants.map((participant) => (
            <Table.Tr key={participant.key}>
              <Table.Th scope="row">
                {participant.kind === "AI" ? `AI: ${participant.name}` : participant.name}
                {participant.threshold !== null && (
                  <Text size="xs" c="dimmed">
                    positive from {participant.threshold} on
                  </Text>
                )}
              </Table.Th>
              <Table.Td>{participant.n}</Table.Td>
              {COLUMNS.map((column) => (
                <Table.Td key={column.title}>
                  <OutcomeText outcome={column.of(participant)} />
                </Table.Td>
              ))}
              <Table.Td style={{ whiteSpace: "nowrap" }}>{confusionText(participant)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function confusionText({ binary }: Participant): string {
  if (isUndefined(binary)) return "–";
  const { tp, fp, fn, tn } = binary.counts;
  return `${tp} / ${fp} / ${fn} / ${tn}`;
}
