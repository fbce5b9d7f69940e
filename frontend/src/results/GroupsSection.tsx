import { Select, Table, Text } from "@mantine/core";
import { useState } from "react";
import { isUndefined } from "@/domain/analysisResult";
import { type Description, subjectOf, voiceName } from "@/domain/description";
import { Section } from "@/ui/Section";
import { OutcomeText } from "./OutcomeText";

/** The same measures by site, vendor, sex and age. */
export function GroupsSection({ description }: { description: Description }) {
  const { groups, participants } = description;
  const [key, setKey] = useState(participants[0]?.key ?? null);
  if (isUndefined(groups)) {
    return (
      <Section title="For whom">
        <Text size="sm">{groups.detail}</Text>
      </Section>
    );
  }
  const reports = groups.reports.filter(({ participant }) => participant === key);
  const rows = reports.flatMap(({ column, report }) =>
    isUndefined(report) ? [] : report.subgroups.map((group) => ({ column, ...group })),
  );
  return (
    <Section
      title="For whom"
      about="Groups with fewer than ten cases of a class are not reported for it."
      actions={
        <Select
          w={300}
          aria-label="Whose subgroups"
          allowDeselect={false}
          data={participants.map((one) => ({
            value: one.key,
            label: voiceName(one, subjectOf(description, one.subject)),
          }))}
          value={key}
          onChange={setKey}
        />
      }
    >
      <Table aria-label="Subgroups">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>By</Table.Th>
            <Table.Th>Group</Table.Th>
            <Table.Th>Sensitivity</Table.Th>
            <Table.Th>Specificity</Table.Th>
            <Table.Th>AUC</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ column, value, estimates }) => (
            <Table.Tr key={`${column} ${value}`}>
              <Table.Td>{column}</Table.Td>
              <Table.Th scope="row">{value}</Table.Th>
              {["sensitivity", "specificity", "auc"].map((measure) => {
                const outcome = estimates[measure];
                return <Table.Td key={measure}>{outcome ? <OutcomeText outcome={outcome} /> : "–"}</Table.Td>;
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
