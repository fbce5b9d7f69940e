import { Input, SimpleGrid, TextInput } from "@mantine/core";
import type { QuestionFieldsProps } from "./QuestionCard";

/** The names of the five steps, lowest first. */
export function OrdinalFields({ draft, problems, isEditable, edit }: QuestionFieldsProps) {
  const { id, question } = draft;
  if (question.kind !== "ORDINAL") return null;
  const rename = (step: number, name: string) =>
    edit({ type: "CHANGE", id, change: { options: question.options.with(step, name) } });
  return (
    <Input.Wrapper
      label="Steps, lowest first"
      error={problems.find((problem) => problem.field === "options")?.detail}
    >
      <SimpleGrid cols={5} spacing="xs">
        {question.options.map((option, step) => (
          <TextInput
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place on the scale
            key={step}
            aria-label={`Step ${step + 1}`}
            leftSection={step + 1}
            value={option}
            maxLength={500}
            readOnly={!isEditable}
            onChange={(event) => rename(step, event.currentTarget.value)}
          />
        ))}
      </SimpleGrid>
    </Input.Wrapper>
  );
}
