import { Checkbox, Group, NativeSelect, Stack, Text } from "@mantine/core";
import type { ConsensusKind, ConsensusOutcome } from "@/api/reference";
import { NumberField } from "@/ui/NumberField";
import { KINDS, OUTCOMES } from "./outcomes";
import type { PanelForm } from "./usePanel";

const TIES: ConsensusOutcome[] = ["ADJUDICATION", "EXCLUDED", "POSITIVE", "NEGATIVE"];
const MISSING: ConsensusOutcome[] = ["ADJUDICATION", "EXCLUDED"];
const named = (outcomes: ConsensusOutcome[]) => outcomes.map((value) => ({ value, label: OUTCOMES[value] }));

/** The rule: on which question, how votes become a truth, and what becomes of those that do not. */
export function PanelFields({ panel }: { panel: PanelForm }) {
  const { chosen, questions, question, arms, request, change } = panel;
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect
        label="Rule"
        w={330}
        value={chosen.kind}
        data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
        onChange={(event) => change({ kind: event.currentTarget.value as ConsensusKind })}
      />
      <NativeSelect
        label="Question"
        w={300}
        value={question?.key}
        data={questions.map(({ key, text }) => ({ value: key, label: text }))}
        onChange={(event) => change({ question: event.currentTarget.value, positiveFrom: null })}
      />
      {question && question.kind !== "BINARY" && (
        <NumberField
          label="Positive from"
          w={120}
          min={0}
          max={100}
          allowDecimal={false}
          value={chosen.positiveFrom}
          onChange={(value) => change({ positiveFrom: value })}
        />
      )}
      {arms.length > 1 && (
        <NativeSelect
          label="Arm"
          w={180}
          value={request?.arm ?? arms.at(-1)?.key}
          data={arms.map(({ key, name }) => ({ value: key, label: `${key}: ${name}` }))}
          onChange={(event) => change({ arm: event.currentTarget.value })}
        />
      )}
      <NativeSelect
        label="Undecided votes"
        w={190}
        value={chosen.ties}
        data={named(TIES)}
        onChange={(event) => change({ ties: event.currentTarget.value as ConsensusOutcome })}
      />
      <NumberField
        label="Votes at least"
        w={110}
        min={1}
        max={Math.max(panel.readers.length, 1)}
        allowDecimal={false}
        value={chosen.minimumVotes ?? request?.minimum_votes ?? 1}
        onChange={(value) => change({ minimumVotes: value })}
      />
      <NativeSelect
        label="Fewer votes"
        w={190}
        value={chosen.missing}
        data={named(MISSING)}
        onChange={(event) => change({ missing: event.currentTarget.value as ConsensusOutcome })}
      />
    </Group>
  );
}

/** Whose signed reads vote, and with what weight where the rule has weights. */
export function PanelReaders({ panel }: { panel: PanelForm }) {
  const { chosen, readers, change } = panel;
  const toggle = (id: string, isIn: boolean) =>
    change({ left: isIn ? chosen.left.filter((one) => one !== id) : [...chosen.left, id] });
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>
        Who votes
      </Text>
      <Group gap="lg">
        {readers.map(({ user_id, name, username }) => (
          <Group key={user_id} gap={6}>
            <Checkbox
              label={name || username}
              checked={!chosen.left.includes(user_id)}
              onChange={(event) => toggle(user_id, event.currentTarget.checked)}
            />
            {chosen.kind === "WEIGHTED" && (
              <NumberField
                aria-label={`Weight of ${name || username}`}
                w={80}
                min={0.001}
                max={1000}
                decimalScale={3}
                value={chosen.weights[user_id] ?? 1}
                onChange={(value) =>
                  value !== null && change({ weights: { ...chosen.weights, [user_id]: value } })
                }
              />
            )}
          </Group>
        ))}
      </Group>
    </Stack>
  );
}
