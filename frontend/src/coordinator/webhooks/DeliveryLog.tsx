import { Badge, Button, Code, Modal, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Delivery, deliveriesQuery, resendDelivery, type Webhook } from "@/api/webhooks";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";
import { failureText } from "./words";

const LOOKS: Record<Delivery["state"], { colour: string; text: string }> = {
  PENDING: { colour: "blue", text: "Waiting" },
  DELIVERED: { colour: "teal", text: "Delivered" },
  FAILED: { colour: "red", text: "Given up" },
};

/** What has been and is to be sent to one webhook, newest first; it renews itself. */
export function DeliveryLog({ webhook, path }: { webhook: Webhook; path: string }) {
  const { data, error, refetch } = useQuery(deliveriesQuery(path));
  const [shown, setShown] = useState<Delivery | null>(null);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  if (data.results.length === 0) {
    return <EmptyState title="Nothing sent yet">Send a test to see whether the address answers.</EmptyState>;
  }
  return (
    <>
      <Table aria-label={`Deliveries to ${webhook.url}`} fz="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Event</Table.Th>
            <Table.Th>Happened</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Attempts</Table.Th>
            <Table.Th>Answer</Table.Th>
            <Table.Th>Next try</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.results.map((delivery) => (
            <Row
              key={delivery.id}
              delivery={delivery}
              path={path}
              canResend={webhook.is_active && delivery.state !== "PENDING"}
              onShow={() => setShown(delivery)}
            />
          ))}
        </Table.Tbody>
      </Table>
      {data.next !== null && (
        <Text size="xs" c="dimmed">
          The newest {data.results.length}; the API has the rest.
        </Text>
      )}
      <Modal opened={shown !== null} onClose={() => setShown(null)} title="What is sent" centered size="lg">
        <Code block>{JSON.stringify(shown?.payload, null, 2)}</Code>
      </Modal>
    </>
  );
}

interface RowProps {
  delivery: Delivery;
  path: string;
  canResend: boolean;
  onShow: () => void;
}

function Row({ delivery, path, canResend, onShow }: RowProps) {
  const queryClient = useQueryClient();
  const resending = useMutation({
    mutationFn: () => resendDelivery(path, delivery.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deliveriesQuery(path).queryKey }),
  });
  const look = LOOKS[delivery.state];
  return (
    <Table.Tr>
      <Table.Td>{delivery.event}</Table.Td>
      <Table.Td>{dateTime(delivery.created_at)}</Table.Td>
      <Table.Td>
        <Badge size="sm" color={look.colour} variant="light" radius="sm">
          {look.text}
        </Badge>
      </Table.Td>
      <Table.Td>{delivery.attempts}</Table.Td>
      <Table.Td>{answerText(delivery)}</Table.Td>
      <Table.Td>{delivery.next_attempt_at ? dateTime(delivery.next_attempt_at) : "–"}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
        <Button variant="subtle" size="compact-xs" onClick={onShow}>
          Content
        </Button>
        {canResend && (
          <Button
            variant="subtle"
            size="compact-xs"
            loading={resending.isPending}
            onClick={() => resending.mutate()}
          >
            Send again
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** The status and how long it took, or why there was none. */
function answerText(delivery: Delivery): string {
  const words = [
    delivery.response_status === null ? "" : String(delivery.response_status),
    failureText(delivery.error_code),
    delivery.duration_ms === null ? "" : `${delivery.duration_ms} ms`,
  ].filter((word) => word !== "");
  return words.length === 0 ? "–" : words.join(", ");
}
