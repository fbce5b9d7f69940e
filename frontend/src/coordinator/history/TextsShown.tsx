import { Table } from "@mantine/core";
import type { ReadHistory } from "@/api/history";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";

const PHASES = { FIRST: "first read", SECOND: "second read", SIGNED: "once signed" };

/** Which versions of the case's clinical text the reader was shown; nothing where none was. */
export function TextsShown({ shown }: { shown: ReadHistory["clinical_texts_shown"] }) {
  if (shown.length === 0) return null;
  return (
    <Section title="Clinical text shown" about="Each version once for each phase, from when on it was shown.">
      <Table aria-label="Clinical text shown" verticalSpacing={4} maw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>Phase</Table.Th>
            <Table.Th>Since</Table.Th>
            <Table.Th>After revision</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ version, phase, revision_number, shown_at }) => (
            <Table.Tr key={`${version} ${phase}`}>
              <Table.Td>{version}</Table.Td>
              <Table.Td>{PHASES[phase]}</Table.Td>
              <Table.Td>{dateTime(shown_at)}</Table.Td>
              <Table.Td>{revision_number}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
