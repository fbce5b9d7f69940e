import { Button, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import {
  casesToJudgeQuery,
  decideCase,
  type JudgedCase,
  type JudgedOutcome,
  judgedCaseQuery,
} from "@/api/adjudication";
import { ErrorNotice } from "@/ui/ErrorNotice";

const OUTCOMES: { value: JudgedOutcome; text: string }[] = [
  { value: "POSITIVE", text: "Positive" },
  { value: "NEGATIVE", text: "Negative" },
  { value: "EXCLUDED", text: "Cannot be decided: the case gets no truth" },
];

interface DecisionFormProps {
  judged: JudgedCase;
  readerStudyId: string;
  onNext: (() => void) | null;
}

/** The decision and why. It can be taken otherwise until the round is finished; every decision stays. */
export function DecisionForm({ judged, readerStudyId, onNext }: DecisionFormProps) {
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<JudgedOutcome | null>(judged.decision?.outcome ?? null);
  const [comment, setComment] = useState(judged.decision?.comment ?? "");
  const saving = useMutation({
    mutationFn: (chosen: JudgedOutcome) =>
      decideCase(judged.id, { base_number: judged.decision?.number ?? 0, outcome: chosen, comment }),
    onSuccess: (stored) => {
      client.setQueryData(judgedCaseQuery(judged.id).queryKey, stored);
      void client.invalidateQueries({ queryKey: casesToJudgeQuery(readerStudyId).queryKey });
    },
  });
  const isSame = outcome === judged.decision?.outcome && comment === judged.decision?.comment;
  const isReady = outcome !== null && comment.trim() !== "" && !isSame && !saving.isPending;
  const save = () => {
    if (isReady && outcome) saving.mutate(outcome);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    save();
  };
  return (
    <Stack gap="sm" onKeyDown={onKeyDown}>
      <Radio.Group label="Decision" value={outcome} onChange={(value) => setOutcome(value as JudgedOutcome)}>
        <Stack gap={6} mt={6}>
          {OUTCOMES.map(({ value, text }) => (
            <Radio key={value} value={value} label={text} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        label="Why"
        required
        autosize
        minRows={3}
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group gap="sm">
        <Button onClick={save} loading={saving.isPending} disabled={!isReady} title="Ctrl+Enter">
          {judged.decision ? "Decide otherwise" : "Decide"}
        </Button>
        {judged.decision && onNext && (
          <Button variant="default" onClick={onNext}>
            Next case
          </Button>
        )}
      </Group>
      {judged.decision && isSame && (
        <Text size="sm" c="teal" role="status">
          Your decision is stored.
        </Text>
      )}
      {saving.error && <ErrorNotice error={saving.error} title="Nothing was stored" />}
    </Stack>
  );
}
