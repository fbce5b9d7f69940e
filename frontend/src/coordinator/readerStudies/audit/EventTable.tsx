import { Table, Text } from "@mantine/core";
import type { AuditEvent } from "@/api/audit";
import { dateTime } from "@/ui/times";
import { actionWords, detailText, objectWords } from "./eventWords";

interface EventTableProps {
  events: AuditEvent[];
  onObject: (objectId: string) => void;
}

/** Who did what to what, when and from where; the newest first. */
export function EventTable({ events, onObject }: EventTableProps) {
  return (
    <Table aria-label="Events" verticalSpacing={4} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Who</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>Object</Table.Th>
          <Table.Th>Detail</Table.Th>
          <Table.Th>From where</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {events.map((event) => (
          <Table.Tr key={event.id} data-action={event.action}>
            <Table.Td title={event.at}>{dateTime(event.at)}</Table.Td>
            <Table.Td title={event.username ?? undefined}>
              {event.name ?? event.username ?? "the portal"}
            </Table.Td>
            <Table.Td>{actionWords(event.action)}</Table.Td>
            <Table.Td>
              <Text
                component="button"
                type="button"
                size="xs"
                bg="transparent"
                bd={0}
                p={0}
                td="underline dotted"
                title="Only the events of this object"
                onClick={() => onObject(event.object_id)}
              >
                {objectWords(event.object_type)} {event.object_id.slice(0, 8)}
              </Text>
            </Table.Td>
            <Table.Td maw={420}>
              <Text size="xs" truncate title={JSON.stringify(event.detail, null, 1)}>
                {detailText(event.detail)}
              </Text>
            </Table.Td>
            <Table.Td title={event.user_agent ?? undefined}>{event.address ?? "–"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
