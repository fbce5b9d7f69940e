import { Table, Text } from "@mantine/core";
import type { Description } from "@/domain/description";
import { Section } from "@/ui/Section";
import { OutcomeText } from "./OutcomeText";

/** How long the readers of each arm took, and each of them. */
export function TimeTable({ description }: { description: Description }) {
  const arms = description.subjects.filter(({ kind }) => kind === "READERS");
  return (
    <Section
      title="Reading time"
      about="Seconds that a signed read was open and in use, by the browser's clock."
    >
      <Table aria-label="Reading time">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Readers</Table.Th>
            <Table.Th>Mean</Table.Th>
            <Table.Th>Median of each reader (quartiles)</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {arms.map(({ key, name, seconds }) => (
            <Table.Tr key={key}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>{seconds && <OutcomeText outcome={seconds} />}</Table.Td>
              <Table.Td>
                {description.participants.map(
                  (one) =>
                    one.subject === key &&
                    one.seconds && (
                      <Text key={one.key} size="sm">
                        {one.name}: {one.seconds.median.toFixed(1)} ({one.seconds.lower_quartile.toFixed(1)}–
                        {one.seconds.upper_quartile.toFixed(1)}), n = {one.seconds.n}
                      </Text>
                    ),
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
