import { Table } from "@mantine/core";
import { type DescribedParticipant, type Description, subjectOf, voiceName } from "@/domain/description";
import { CasesButton, type ChosenCases } from "./CaseList";

const CELLS = [
  { cell: "tp", title: "True positive" },
  { cell: "fp", title: "False positive" },
  { cell: "fn", title: "False negative" },
  { cell: "tn", title: "True negative" },
] as const;

interface ConfusionTableProps {
  description: Description;
  participants: DescribedParticipant[];
  onChoose: (chosen: ChosenCases) => void;
}

/** How each decided, with the cases of every cell. */
export function ConfusionTable({ description, participants, onChoose }: ConfusionTableProps) {
  return (
    <Table.ScrollContainer minWidth={600}>
      <Table aria-label="Decisions">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Who</Table.Th>
            {CELLS.map(({ cell, title }) => (
              <Table.Th key={cell}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {participants.map((participant) => {
            const name = voiceName(participant, subjectOf(description, participant.subject));
            return (
              <Table.Tr key={participant.key}>
                <Table.Th scope="row">{name}</Table.Th>
                {CELLS.map(({ cell, title }) => (
                  <Table.Td key={cell}>
                    <CasesButton
                      title={`${name}, ${title.toLowerCase()}`}
                      cases={participant.confusion[cell]}
                      count={participant.confusion[cell].length}
                      onChoose={onChoose}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
