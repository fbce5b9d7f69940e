import { Paper, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { ProtocolDocument, ProtocolSection, ProtocolTable } from "@/api/protocol";
import classes from "./Protocol.module.css";

/** The protocol as one readable document; `stand` says which version it is. */
export function ProtocolText({ document, stand }: { document: ProtocolDocument; stand: ReactNode }) {
  return (
    <Paper component="article" withBorder p="lg" className={classes.document} aria-label="Protocol">
      <Title order={4}>{document.title}</Title>
      {stand}
      {document.sections.map((section, index) => (
        <SectionText key={section.key} section={section} number={index + 1} />
      ))}
    </Paper>
  );
}

function SectionText({ section, number }: { section: ProtocolSection; number: number }) {
  return (
    <section className={classes.section}>
      <Title order={5} mt="md" mb={4}>
        {number}. {section.title}
      </Title>
      {section.sentences.map((sentence) => (
        <Text size="sm" key={sentence} className={classes.sentence}>
          {sentence}
        </Text>
      ))}
      {section.tables.map((table) => (
        <TableText key={table.title} table={table} />
      ))}
    </section>
  );
}

function TableText({ table }: { table: ProtocolTable }) {
  return (
    <Table verticalSpacing={2} horizontalSpacing="xs" mt={6} captionSide="top" className={classes.table}>
      <Table.Caption ta="left">{table.title}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          {table.header.map((text) =>
            text === "" ? <Table.Td key="" /> : <Table.Th key={text}>{text}</Table.Th>,
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {table.rows.map((row) => (
          <Table.Tr key={row.join(" | ")}>
            {row.map((text, column) => (
              <Table.Td key={table.header[column]}>{text}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
