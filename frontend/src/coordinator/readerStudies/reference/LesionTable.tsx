import { ScrollArea, Table, Text } from "@mantine/core";
import { lesionName, placesInWords, provenanceInWords, type ReferenceLesion } from "@/domain/lesions";

// A table of tens of thousands of rows would take the page away for seconds; the download has them all.
const ROWS_SHOWN = 500;

interface LesionTableProps {
  cases: { case: string; lesions: ReferenceLesion[] }[];
  label: string;
  /** Where a lesion comes from that has no provenance of its own. */
  otherwise: string;
}

/** Lesion by lesion: what it is, where it lies, what was measured, and where each of that comes from. */
export function LesionTable({ cases, label, otherwise }: LesionTableProps) {
  const rows = cases.flatMap((one) => one.lesions.map((lesion) => ({ case: one.case, lesion })));
  if (rows.length === 0) return null;
  return (
    <>
      {rows.length > ROWS_SHOWN && (
        <Text size="sm" c="dimmed">
          The first {ROWS_SHOWN} of {rows.length} lesions are shown.
        </Text>
      )}
      <ScrollArea.Autosize mah={320}>
        <Table aria-label={label} stickyHeader verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={110}>Case</Table.Th>
              <Table.Th w={130}>Lesion</Table.Th>
              <Table.Th>What</Table.Th>
              <Table.Th>Where</Table.Th>
              <Table.Th>Measured</Table.Th>
              <Table.Th>From</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, ROWS_SHOWN).map((row) => (
              <LesionRow key={`${row.case} ${row.lesion.id}`} {...row} otherwise={otherwise} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </>
  );
}

function LesionRow({
  lesion,
  otherwise,
  ...of
}: {
  case: string;
  lesion: ReferenceLesion;
  otherwise: string;
}) {
  const measured = Object.entries(lesion.attributes ?? {}).map(
    ([name, { value, unit }]) => `${name} ${value}${unit ? ` ${unit}` : ""}`,
  );
  const from = lesion.provenance?.map(provenanceInWords) ?? [otherwise];
  return (
    <Table.Tr>
      <Table.Td>{of.case}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{lesion.id}</Table.Td>
      <Table.Td>{lesionName(lesion) || "–"}</Table.Td>
      <Table.Td>{placesInWords(lesion)}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{measured.join("; ") || "–"}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        {from.map((one) => (
          <Text key={one} size="sm">
            {one}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}
