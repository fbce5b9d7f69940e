import { Badge, Button, List, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { checkDrift, type Drift, driftCheckQuery, driftKey, driftWatchesQuery } from "@/api/drift";
import { isOver, type Job } from "@/api/jobs";
import { ruleSentences } from "@/domain/drift";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { JobProgress } from "@/ui/JobProgress";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { WatchForm } from "./WatchForm";

/** By which rule a model version is watched, who has set it and why, and how the last evaluation stands. */
export function WatchSection({ drift }: { drift: Drift }) {
  const { watch } = drift;
  const check = useCheck(drift);
  const versionId = drift.model_version.id;
  const queryClient = useQueryClient();
  const [isEditing, setEditing] = useState(false);
  const [isHistory, setHistory] = useState(false);
  const checking = useMutation({
    mutationFn: () => checkDrift(versionId),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: driftKey(versionId) }),
  });
  return (
    <Section
      title="The watch"
      about={
        watch ? <SetBy watch={watch} /> : "Nobody has set a watch. The charts below show what is proposed."
      }
      actions={
        <>
          {watch && (
            <Button variant="default" aria-expanded={isHistory} onClick={() => setHistory(!isHistory)}>
              {isHistory ? "Hide the history" : "History"}
            </Button>
          )}
          {watch?.is_on && (
            <Button
              variant="default"
              loading={checking.isPending || (check !== null && !isOver(check))}
              onClick={() => checking.mutate()}
            >
              Check now
            </Button>
          )}
          {!isEditing && (
            <Button variant={watch ? "default" : "filled"} onClick={() => setEditing(true)}>
              {watch ? "Change the rule" : "Set a watch"}
            </Button>
          )}
        </>
      }
    >
      {checking.error && <ErrorNotice error={checking.error} />}
      {isEditing ? (
        <WatchForm drift={drift} onClose={() => setEditing(false)} />
      ) : (
        <List size="sm" spacing={2}>
          {ruleSentences(drift.rule).map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
      {check && <JobProgress job={check} name="Evaluation" />}
      {isHistory && <WatchHistory versionId={versionId} />}
    </Section>
  );
}

/** The evaluation as it stands; once it is over, what it has found is asked for. */
function useCheck({ model_version: { id }, check: asLoaded }: Drift): Job | null {
  const queryClient = useQueryClient();
  const isUnderWay = asLoaded !== null && !isOver(asLoaded);
  const { data: now } = useQuery(driftCheckQuery(id, isUnderWay));
  const isJustOver = isUnderWay && now !== undefined && isOver(now);
  const overAt = isJustOver ? now.finished_at : null;
  useEffect(() => {
    if (overAt !== null) void queryClient.invalidateQueries({ queryKey: driftKey(id) });
  }, [overAt, id, queryClient]);
  return isUnderWay && now && !isOver(now) ? now : asLoaded;
}

function SetBy({ watch }: { watch: NonNullable<Drift["watch"]> }) {
  return (
    <>
      <Badge color={watch.is_on ? "teal" : "gray"} variant="light" mr="xs" component="span">
        {watch.is_on ? "on" : "off"}
      </Badge>
      Rule {watch.number}, set by {watch.created_by}, {dateTime(watch.created_at)}: {watch.reason}
    </>
  );
}

function WatchHistory({ versionId }: { versionId: string }) {
  const { data, error } = useQuery(driftWatchesQuery(versionId));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <LoadingScreen />;
  return (
    <Table aria-label="History of the rule" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Rule</Table.Th>
          <Table.Th>Set</Table.Th>
          <Table.Th>By</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>Why</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.map((watch) => (
          <Table.Tr key={watch.id} style={{ verticalAlign: "top" }}>
            <Table.Td>
              {watch.number} {watch.is_on ? "" : "(off)"}
            </Table.Td>
            <Table.Td>{dateTime(watch.created_at)}</Table.Td>
            <Table.Td>{watch.created_by}</Table.Td>
            <Table.Td>
              <Text size="sm">{ruleSentences(watch).join(" ")}</Text>
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{watch.reason}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
