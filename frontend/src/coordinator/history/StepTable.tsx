import { Badge, Stack, Table, Text } from "@mantine/core";
import type { HistoryStep } from "@/api/history";
import { dateTime } from "@/ui/times";
import { ChangeList } from "./ChangeList";

interface StepTableProps {
  steps: HistoryStep[];
  /** Only the steps that changed this field; empty for all. */
  field: string;
}

const KIND_TEXT = { DRAFT: "Draft", FIRST_READ: "First read, frozen", SIGNED: "Signed" };

/** The revisions, newest first. */
export function StepTable({ steps, field }: StepTableProps) {
  const shown = steps
    .map((step) => ({
      ...step,
      changes: step.changes.filter((change) => field === "" || change.field === field),
    }))
    .filter((step) => field === "" || step.changes.length > 0)
    .reverse();
  return (
    <Table aria-label="Revisions" verticalSpacing="xs" style={{ verticalAlign: "top" }}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Revision</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th>Who</Table.Th>
          <Table.Th>From where</Table.Th>
          <Table.Th w="50%">What changed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {shown.map((step) => (
          <Table.Tr key={step.number} data-revision={step.number}>
            <Table.Td>
              {step.number}{" "}
              <Badge size="xs" variant="light" color={step.kind === "DRAFT" ? "gray" : "teal"} radius="sm">
                {KIND_TEXT[step.kind]}
              </Badge>
              <Text size="xs" c="dimmed">
                {step.number_answered} answered
              </Text>
            </Table.Td>
            <Table.Td title={step.created_at}>{dateTime(step.created_at)}</Table.Td>
            <Table.Td>
              {step.provenance === "SIMULATED" ? `${step.author} (simulated)` : step.author}
            </Table.Td>
            <Table.Td title={step.user_agent ?? undefined}>{step.address ?? "–"}</Table.Td>
            <Table.Td>
              <Stack gap={4}>
                <ChangeList changes={step.changes} />
                {step.signature && (
                  <Text size="sm" c="teal.4">
                    Signed by {step.signature.full_name} ({step.signature.username}),{" "}
                    {dateTime(step.signature.signed_at)}: “{step.signature.meaning_text}”
                  </Text>
                )}
                {step.reopening && (
                  <Text size="sm" c="yellow.4">
                    Reopened by {step.reopening.by}, {dateTime(step.reopening.created_at)}: “
                    {step.reopening.reason}”
                  </Text>
                )}
              </Stack>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
