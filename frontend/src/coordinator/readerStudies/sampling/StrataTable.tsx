import { NumberInput, Table, Text } from "@mantine/core";
import { missing, type Stratum, shareText, stratumKey, totals } from "@/domain/sampling";
import { ShareBars } from "./ShareBars";

interface StrataTableProps {
  label: string;
  columns: string[];
  strata: Stratum[];
  /** Absent for a draw that is stored. */
  onCount?: (values: string[], count: number) => void;
}

/** Every stratum with what the frame has and the sample takes, as numbers and as a picture. */
export function StrataTable({ label, columns, strata, onCount }: StrataTableProps) {
  const all = totals(strata);
  return (
    <Table aria-label={label} verticalSpacing={3} maw={1000}>
      <Table.Thead>
        <Table.Tr>
          {columns.map((name) => (
            <Table.Th key={name}>{name}</Table.Th>
          ))}
          <Table.Th ta="right">Candidates</Table.Th>
          <Table.Th ta="right">Patients</Table.Th>
          <Table.Th ta="right">Can be drawn</Table.Th>
          <Table.Th ta="right" w={onCount ? 110 : 80}>
            {onCount ? "Wanted" : "Drawn"}
          </Table.Th>
          <Table.Th ta="right">Fraction</Table.Th>
          <Table.Th w={200}>Frame (grey), sample (blue)</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {strata.map((one) => (
          <StratumRow key={stratumKey(one.values)} columns={columns} one={one} all={all} onCount={onCount} />
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr>
          <Table.Th colSpan={columns.length}>Together</Table.Th>
          <Table.Th ta="right">{all.candidates}</Table.Th>
          <Table.Th />
          <Table.Th ta="right">{all.eligible}</Table.Th>
          <Table.Th ta="right">{all.wanted}</Table.Th>
          <Table.Th colSpan={2} />
        </Table.Tr>
      </Table.Tfoot>
    </Table>
  );
}

interface StratumRowProps {
  columns: string[];
  one: Stratum;
  all: ReturnType<typeof totals>;
  onCount?: (values: string[], count: number) => void;
}

function StratumRow({ columns, one, all, onCount }: StratumRowProps) {
  const lacking = missing(one);
  return (
    <Table.Tr>
      {columns.map((name, place) => (
        <Table.Td key={name}>{one.values[place]}</Table.Td>
      ))}
      <Table.Td ta="right">{one.candidates}</Table.Td>
      <Table.Td ta="right">{one.patients}</Table.Td>
      <Table.Td ta="right">{one.eligible}</Table.Td>
      <Table.Td ta="right">
        {onCount ? (
          <NumberInput
            aria-label={`Wanted of ${one.values.join(", ")}`}
            size="xs"
            min={0}
            allowDecimal={false}
            value={one.wanted}
            error={lacking > 0}
            onChange={(value) => onCount(one.values, typeof value === "number" ? value : 0)}
          />
        ) : (
          one.wanted
        )}
      </Table.Td>
      <Table.Td ta="right">
        {lacking > 0 ? (
          <Text size="xs" c="red.4" role="alert">
            {lacking} too many
          </Text>
        ) : (
          shareText(one.eligible === 0 ? null : one.wanted / one.eligible)
        )}
      </Table.Td>
      <Table.Td>
        <ShareBars
          frame={all.candidates === 0 ? 0 : one.candidates / all.candidates}
          sample={all.wanted === 0 ? 0 : one.wanted / all.wanted}
        />
      </Table.Td>
    </Table.Tr>
  );
}
