import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { lockPlan, type PlanFacts } from "@/api/analysisPlans";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { type PartProps, useStudyChange } from "../parts";

interface LockPanelProps extends PartProps {
  number: number;
  facts: PlanFacts;
  /** Why it cannot be locked as it stands; null when it can. */
  obstacle: string | null;
  warnings: number;
  isAmendment: boolean;
  onLocked: () => void;
}

/** Fixes a version for good, after it has said in place what that means and what is known by now. */
export function LockPanel(props: LockPanelProps) {
  const { readerStudy, number, obstacle, onLocked } = props;
  const [isAsking, setAsking] = useState(false);
  const locking = useStudyChange(readerStudy.id, () => lockPlan(readerStudy.id, number), onLocked);
  if (obstacle) {
    return (
      <Text size="sm" c="dimmed">
        {obstacle}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      {isAsking ? (
        <Confirm
          {...props}
          isPending={locking.isPending}
          onConfirm={() => locking.mutate(undefined)}
          onCancel={() => {
            locking.reset();
            setAsking(false);
          }}
        />
      ) : (
        <Group>
          <Button onClick={() => setAsking(true)}>Lock version {number}…</Button>
        </Group>
      )}
      {locking.error && <ErrorNotice error={locking.error} title="The plan was not locked" />}
    </Stack>
  );
}

interface ConfirmProps extends LockPanelProps {
  isPending: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

function Confirm({ number, facts, warnings, isAmendment, isPending, onConfirm, onCancel }: ConfirmProps) {
  const stop = useRef<HTMLButtonElement>(null);
  useEffect(() => stop.current?.focus(), []);
  const known = knownSentence(facts);
  return (
    <Alert
      variant="light"
      color={known ? "yellow" : "blue"}
      title={`Lock version ${number} for good?`}
      role="group"
      aria-label={`Lock version ${number}`}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
    >
      <List size="sm" spacing={4}>
        <List.Item>
          Population, subjects, endpoints and methods are fixed. Who locked it and when stand in every result.
        </List.Item>
        <List.Item>
          A later change is {isAmendment ? "another" : "an"} amendment with a reason, which every result names
          too.
        </List.Item>
        {warnings > 0 && (
          <List.Item>
            {warnings === 1 ? "Its warning stays" : "Its warnings stay"} beside the result.
          </List.Item>
        )}
        {known && (
          <List.Item>
            <b>{known}</b>
          </List.Item>
        )}
      </List>
      <Group mt="sm" gap="sm">
        <Button loading={isPending} onClick={onConfirm}>
          Lock for good
        </Button>
        <Button ref={stop} variant="default" disabled={isPending} onClick={onCancel}>
          Not yet
        </Button>
      </Group>
    </Alert>
  );
}

/** What makes a plan less than pre-specified. */
function knownSentence({ known: { truth_is_locked, results } }: PlanFacts): string | null {
  if (results > 0) {
    const many =
      results === 1
        ? "1 result of this reader study exists"
        : `${results} results of this reader study exist`;
    return `${many}: what the plan finds is not pre-specified, and its result will say so.`;
  }
  return truth_is_locked ? "The truth is locked already: its result will say so." : null;
}
