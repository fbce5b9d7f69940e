import { Checkbox, Group, MultiSelect } from "@mantine/core";
import type { RoundRequest } from "@/api/adjudication";

interface CaseTriggersProps {
  asked: RoundRequest;
  onChange: (changes: Partial<RoundRequest>) => void;
  questions: { key: string; kind: string; text: string }[];
}

/** Which cases are judged again for what was answered: those left open, and those whose reads differ. */
export function CaseTriggers({ asked, onChange, questions }: CaseTriggersProps) {
  const compared = questions.filter(({ kind }) => kind !== "SECTION");
  return (
    <Group gap="lg" align="flex-end">
      <Checkbox
        label="Cases left open"
        checked={asked.open_cases}
        onChange={(event) => onChange({ open_cases: event.currentTarget.checked })}
      />
      <Checkbox
        label="Cases whose votes differ"
        checked={asked.disagreement}
        onChange={(event) => onChange({ disagreement: event.currentTarget.checked })}
      />
      <MultiSelect
        label="Cases whose reads differ on"
        description="Another answer, or another number of findings, of the readers who voted."
        w={460}
        placeholder={asked.disagreement_questions.length === 0 ? "no other question" : ""}
        data={compared.map(({ key, text }) => ({ value: key, label: text }))}
        value={asked.disagreement_questions}
        onChange={(keys) => onChange({ disagreement_questions: keys })}
      />
    </Group>
  );
}
