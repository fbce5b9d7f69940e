import { Table } from "@mantine/core";
import { CELLS } from "@/domain/casesBehind";
import { type DescribedParticipant, type Description, subjectOf, voiceName } from "@/domain/description";
import { CasesButton } from "./CasesButton";

interface ConfusionTableProps {
  description: Description;
  participants: DescribedParticipant[];
}

/** How each decided, with the cases of every cell. */
export function ConfusionTable({ description, participants }: ConfusionTableProps) {
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
                {CELLS.map(({ cell, title }) => {
                  const cases = participant.confusion[cell];
                  const label = `${name}, ${title.toLowerCase()}`;
                  return (
                    <Table.Td key={cell}>
                      <CasesButton
                        label={`${label}: ${cases.length}`}
                        chosen={() => ({ title: label, groups: [{ title: "", cases }] })}
                      >
                        {cases.length}
                      </CasesButton>
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
