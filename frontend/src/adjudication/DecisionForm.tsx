import { Button, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import {
  casesToJudgeQuery,
  decideCase,
  type JudgedCase,
  type JudgedOutcome,
  judgedCaseQuery,
  type LesionDecision,
} from "@/api/adjudication";
import { choicesOf, decisionsOf, type LesionChoices } from "@/domain/lesionChoices";
import { canonical } from "@/domain/payload";
import { ErrorNotice } from "@/ui/ErrorNotice";

const OUTCOMES: { value: JudgedOutcome; text: string }[] = [
  { value: "POSITIVE", text: "Positive" },
  { value: "NEGATIVE", text: "Negative" },
  { value: "EXCLUDED", text: "Cannot be decided: the case gets no truth" },
];

interface Asked {
  outcome: JudgedOutcome;
  lesions: LesionDecision[];
}

interface DecisionFormProps {
  judged: JudgedCase;
  readerStudyId: string;
  choices: LesionChoices;
  /** The fields of the lesions; they count for a positive case. */
  lesionFields: ReactNode;
  onNext: (() => void) | null;
}

/** The decision and why. It can be taken otherwise until the round is finished; every decision stays. */
export function DecisionForm(props: DecisionFormProps) {
  const { judged, readerStudyId, choices, lesionFields, onNext } = props;
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<JudgedOutcome | null>(judged.decision?.outcome ?? null);
  const [comment, setComment] = useState(judged.decision?.comment ?? "");
  const lesions = outcome === "POSITIVE" ? decisionsOf(judged.lesions, choices) : [];
  const saving = useMutation({
    mutationFn: (asked: Asked) =>
      decideCase(judged.id, { base_number: judged.decision?.number ?? 0, comment, ...asked }),
    onSuccess: (stored) => {
      client.setQueryData(judgedCaseQuery(judged.id).queryKey, stored);
      void client.invalidateQueries({ queryKey: casesToJudgeQuery(readerStudyId).queryKey });
    },
  });
  const stored = judged.decision;
  const isSame =
    outcome === stored?.outcome &&
    comment === stored?.comment &&
    (outcome !== "POSITIVE" || canonical(choices) === canonical(choicesOf(stored.lesions)));
  const isReady =
    outcome !== null && lesions !== null && comment.trim() !== "" && !isSame && !saving.isPending;
  const save = () => {
    if (isReady && outcome && lesions) saving.mutate({ outcome, lesions });
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
      {(judged.lesions.length > 0 || outcome === "POSITIVE") && lesionFields}
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
      {lesions === null && (
        <Text size="sm" c="dimmed">
          Accept or reject each lesion.
        </Text>
      )}
      {judged.decision && isSame && (
        <Text size="sm" c="teal" role="status">
          Your decision is stored.
        </Text>
      )}
      {saving.error && <ErrorNotice error={saving.error} title="Nothing was stored" />}
    </Stack>
  );
}
