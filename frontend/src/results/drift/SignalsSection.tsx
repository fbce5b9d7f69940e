import { Badge, Group, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { acknowledgeSignal, type Drift, type DriftSignal, driftKey } from "@/api/drift";
import { CHART_WORDS, limitsText, periodText, valueText } from "@/domain/drift";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { WordsForm } from "@/ui/WordsForm";

const ABOUT =
  "Points outside their limits as they were when the portal found them; none is changed later. Webhooks are told of steps that end after the watch was set.";

/** Every signal that was found, and what people said of it. */
export function SignalsSection({ drift }: { drift: Drift }) {
  const open = drift.signals.filter((signal) => signal.acknowledgements.length === 0).length;
  const more = drift.number_of_signals - drift.signals.length;
  return (
    <Section
      title="Signals"
      about={ABOUT}
      actions={
        open > 0 && (
          <Badge color="orange" variant="light">
            {open} not acknowledged
          </Badge>
        )
      }
    >
      {drift.signals.length === 0 ? (
        <Text size="sm" c="dimmed">
          {drift.watch ? "No point was outside its limits yet." : "Nothing is watched, so nothing is found."}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={860} mah={520}>
          <Table aria-label="Signals" stickyHeader verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Step</Table.Th>
                <Table.Th>Chart</Table.Th>
                <Table.Th>Value</Table.Th>
                <Table.Th>Found</Table.Th>
                <Table.Th w="40%">What came of it</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {drift.signals.map((signal) => (
                <SignalRow key={signal.id} signal={signal} versionId={drift.model_version.id} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {more > 0 && <Text size="sm">{more} earlier signals are not listed.</Text>}
    </Section>
  );
}

function SignalRow({ signal, versionId }: { signal: DriftSignal; versionId: string }) {
  const { chart, side, value, low, high, n, reader_study: study, arm } = signal;
  return (
    <Table.Tr style={{ verticalAlign: "top" }}>
      <Table.Td>{periodText(signal)}</Table.Td>
      <Table.Td>
        {CHART_WORDS[chart].title}
        {study && (
          <Text size="xs" c="dimmed">
            {study.name}, arm {arm}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {side === "above" ? "▲" : "▼"} {valueText(chart, value)}
        <Text size="xs" c="dimmed">
          {side} · {limitsText(chart, low, high)} · n = {n}
        </Text>
      </Table.Td>
      <Table.Td>
        {dateTime(signal.created_at)}
        <Text size="xs" c="dimmed">
          rule {signal.watch_number} · {signal.is_told ? "webhooks told" : "before the watch: nobody told"}
        </Text>
      </Table.Td>
      <Table.Td>
        <Acknowledgements signal={signal} versionId={versionId} />
      </Table.Td>
    </Table.Tr>
  );
}

function Acknowledgements({ signal, versionId }: { signal: DriftSignal; versionId: string }) {
  const queryClient = useQueryClient();
  const sending = useMutation({
    mutationFn: (text: string) => acknowledgeSignal(signal.id, text),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: driftKey(versionId) }),
  });
  const noted = signal.acknowledgements;
  return (
    <Stack gap="xs">
      {noted.map((one) => (
        <div key={one.id}>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {one.text}
          </Text>
          <Group gap={4}>
            <Text size="xs" c="dimmed">
              {one.created_by}, {dateTime(one.created_at)}
            </Text>
          </Group>
        </div>
      ))}
      <WordsForm
        label={noted.length === 0 ? "What you found, or do about it" : "Further note"}
        send={noted.length === 0 ? "Acknowledge" : "Add"}
        isPending={sending.isPending}
        onSend={(text) => sending.mutateAsync(text)}
      />
      {sending.error && <ErrorNotice error={sending.error} />}
    </Stack>
  );
}
