import { Anchor, Table } from "@mantine/core";
import type { OperatingLayer } from "@/api/operatingLayers";
import { methodLabel, probabilityText, shiftText } from "@/domain/operatingLayers";
import { EmptyState } from "@/ui/EmptyState";
import { dateTime } from "@/ui/times";

interface LayerTableProps {
  layers: OperatingLayer[];
  /** Number of the one that is open below. */
  shown: number | null;
  onOpen: (number: number) => void;
}

/** Every layer of a version, newest first. */
export function LayerTable({ layers, shown, onOpen }: LayerTableProps) {
  if (layers.length === 0) {
    return (
      <EmptyState title="No operating layer yet">
        A layer turns the scores of this version into probabilities, fitted on cases whose truth is locked.
        The version and its scores stay as they are.
      </EmptyState>
    );
  }
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table aria-label="Operating layers" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Number</Table.Th>
            <Table.Th>Name</Table.Th>
            <Table.Th>Method</Table.Th>
            <Table.Th>Prevalence shift</Table.Th>
            <Table.Th>Positive from</Table.Th>
            <Table.Th>Why</Table.Th>
            <Table.Th>Made</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {layers.map((layer) => (
            <Table.Tr key={layer.id} {...(layer.number === shown && { "aria-current": true })}>
              <Table.Td>{layer.number}</Table.Td>
              <Table.Td>
                <Anchor
                  component="button"
                  size="sm"
                  fw={layer.number === shown ? 600 : 400}
                  onClick={() => onOpen(layer.number)}
                >
                  {layer.name}
                </Anchor>
              </Table.Td>
              <Table.Td>{methodLabel(layer.method)}</Table.Td>
              <Table.Td>{shiftText(layer)}</Table.Td>
              <Table.Td>{probabilityText(layer.operating_threshold)}</Table.Td>
              <Table.Td maw={320}>{layer.reason}</Table.Td>
              <Table.Td>
                {dateTime(layer.created_at)}, {layer.created_by}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
