import { Anchor, Badge, Button, Card, Group, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  changeInferenceRun,
  INFERENCE_RUNS_KEY,
  type InferenceItem,
  type InferenceRun,
  inferenceRunQuery,
} from "@/api/ai";
import { isOver } from "@/api/jobs";
import { itemCounts } from "@/domain/itemCounts";
import { methodText, uncertaintyNumber, uncertaintyText } from "@/domain/uncertainty";
import { JobStateBadge } from "@/ui/badges";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";

/** One run of a model version: how far it is, what failed and why, and the way to try again. */
export function InferenceRunCard({ run }: { run: InferenceRun }) {
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const changing = useMutation({
    mutationFn: (verb: "retry" | "cancel") => changeInferenceRun(run.id, verb),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: INFERENCE_RUNS_KEY }),
  });
  const mayRetry = run.state === "FAILED" || run.state === "CANCELLED";
  return (
    <Card withBorder padding="sm">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text size="sm">
            {run.model_version.name} {run.model_version.version} · {dateTime(run.created_at)}
            {run.priority !== "NORMAL" && ` · ${run.priority.toLowerCase()} priority`}
            {run.uncertainty && ` · uncertainty by ${methodText(run.uncertainty)}`}
          </Text>
          <Group gap="sm">
            <Anchor component="button" size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? "Hide cases" : "Show cases"}
            </Anchor>
            {!isOver(run) && (
              <Button
                variant="default"
                loading={changing.isPending}
                onClick={() => changing.mutate("cancel")}
              >
                Cancel
              </Button>
            )}
            {mayRetry && (
              <Button variant="default" loading={changing.isPending} onClick={() => changing.mutate("retry")}>
                Try again
              </Button>
            )}
          </Group>
        </Group>
        <JobProgress job={run} name="Run" />
        {changing.error && <ErrorNotice error={changing.error} />}
        {isOpen && <RunItems id={run.id} />}
      </Stack>
    </Card>
  );
}

function RunItems({ id }: { id: string }) {
  const { data, error } = useQuery(inferenceRunQuery(id));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <LoadingScreen />;
  return (
    <>
      <Text size="sm">{itemCounts(data.items)}</Text>
      <ItemTable items={data.items} />
    </>
  );
}

function ItemTable({ items }: { items: InferenceItem[] }) {
  const isUncertain = items.some(({ uncertainty }) => uncertainty);
  return (
    <Table aria-label="Cases of the run">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Imaging study</Table.Th>
          <Table.Th w={110}>State</Table.Th>
          <Table.Th w={90} ta="right">
            Score
          </Table.Th>
          {isUncertain && (
            <Table.Th w={110} ta="right">
              Uncertainty
            </Table.Th>
          )}
          <Table.Th>Input check</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((item) => (
          <Table.Tr key={item.imaging_study_id}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{item.study_instance_uid}</Table.Td>
            <Table.Td>
              {item.is_refused ? <Badge color="orange">refused</Badge> : <JobStateBadge state={item.state} />}
            </Table.Td>
            <Table.Td ta="right">{item.score === null ? "" : item.score.toFixed(3)}</Table.Td>
            {isUncertain && (
              <Table.Td ta="right" title={item.uncertainty ? uncertaintyText(item.uncertainty) : undefined}>
                {item.uncertainty ? uncertaintyNumber(item.uncertainty.value) : ""}
              </Table.Td>
            )}
            <Table.Td>
              <InputChecks item={item} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const CHECK_WORDS = { PASSED: "", REFUSED: "", WARNED: "Warning: ", NOT_CHECKED: "Not checked: " };

/** Every reason against a case, and what could not be checked; a case that passed says so. */
function InputChecks({ item }: { item: InferenceItem }) {
  const told = item.checks.filter((one) => one.outcome !== "PASSED");
  const passed = item.checks.length - told.length;
  const isToldAlready = told.some((one) => one.detail === item.reason);
  return (
    <Stack gap={2}>
      {item.reason && !isToldAlready && <Text size="sm">{item.reason}</Text>}
      {told.map((one) => (
        <Text key={one.code} size="sm" c={one.outcome === "NOT_CHECKED" ? "dimmed" : undefined}>
          {CHECK_WORDS[one.outcome]}
          {one.detail}
        </Text>
      ))}
      {passed > 0 && (
        <Text size="xs" c="dimmed">
          {passed} checks passed
        </Text>
      )}
    </Stack>
  );
}
