import { ActionIcon, Badge, Button, Group, Input, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { MOST_ATTRIBUTES, withAttributeText, withNewAttribute } from "@/domain/attributes";
import type { AnswerQuestion, LocatedFindingQuestion } from "@/domain/labelSchema";
import { ANSWER_KIND_ROWS, kindName } from "@/domain/newQuestions";
import type { FieldProblem } from "@/domain/schemaProblems";
import { QuestionEditor, type QuestionFieldsProps } from "./QuestionEditor";

interface AttributeFieldsProps extends Pick<QuestionFieldsProps, "isEditable" | "onChange"> {
  question: LocatedFindingQuestion;
  problems: FieldProblem[];
}

/** What the reader is asked about each finding. */
export function AttributeFields(props: AttributeFieldsProps) {
  const { question, problems, isEditable, onChange } = props;
  const attributes = question.attributes ?? [];
  const [openIndex, setOpen] = useState<number | null>(null);
  const put = (next: AnswerQuestion[]) => onChange({ attributes: next });
  return (
    <Input.Wrapper
      size="xs"
      label="Asked about each finding"
      description="Besides its code and the reader's confidence."
      error={problems.find(({ field }) => field === "attributes")?.detail}
    >
      <Stack gap={4} mt={4}>
        {attributes.map((_, index) => (
          <AttributeRow
            // biome-ignore lint/suspicious/noArrayIndexKey: an attribute has no identity while it is being typed
            key={index}
            attributes={attributes}
            index={index}
            problems={problemsOf(problems, index)}
            isEditable={isEditable}
            isOpen={openIndex === index}
            onToggle={() => setOpen(openIndex === index ? null : index)}
            onPut={put}
          />
        ))}
        {isEditable && attributes.length < MOST_ATTRIBUTES && (
          <Group gap={4}>
            {ANSWER_KIND_ROWS.map(({ kind, name }) => (
              <Button
                key={kind}
                variant="default"
                size="compact-xs"
                aria-label={`Ask ${name} about each finding`}
                onClick={() => {
                  put(withNewAttribute(attributes, kind));
                  setOpen(attributes.length);
                }}
              >
                + {name}
              </Button>
            ))}
          </Group>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

function problemsOf(problems: FieldProblem[], index: number): FieldProblem[] {
  const prefix = `attributes[${index}].`;
  return problems
    .filter(({ field }) => field.startsWith(prefix))
    .map(({ field, detail }) => ({ field: field.slice(prefix.length), detail }));
}

interface AttributeRowProps {
  attributes: AnswerQuestion[];
  index: number;
  problems: FieldProblem[];
  isEditable: boolean;
  isOpen: boolean;
  onToggle: () => void;
  onPut: (attributes: AnswerQuestion[]) => void;
}

function AttributeRow({
  attributes,
  index,
  problems,
  isEditable,
  isOpen,
  onToggle,
  onPut,
}: AttributeRowProps) {
  const attribute = attributes[index];
  if (!attribute) return null;
  const number = index + 1;
  return (
    <fieldset
      aria-label={`Asked about each finding: ${number}`}
      style={{ border: "1px solid var(--mantine-color-dark-4)", borderRadius: 4, margin: 0, padding: 6 }}
    >
      <Group gap="xs" wrap="nowrap" mb={isOpen ? 4 : 0}>
        <Badge variant="light" radius="sm" size="sm">
          {kindName(attribute.kind)}
        </Badge>
        <Text size="sm" flex={1} truncate c={problems.length > 0 ? "red.4" : undefined}>
          {attribute.text}
        </Text>
        <Button size="compact-xs" variant="subtle" aria-expanded={isOpen} onClick={onToggle}>
          {isOpen ? "Close" : isEditable ? "Edit" : "Show"}
        </Button>
        {isEditable && (
          <ActionIcon
            size="sm"
            variant="default"
            aria-label={`Remove question ${number} about each finding`}
            onClick={() => onPut(attributes.toSpliced(index, 1))}
          >
            ×
          </ActionIcon>
        )}
      </Group>
      {isOpen && (
        <QuestionEditor
          question={attribute}
          problems={problems}
          all={attributes}
          index={index}
          isEditable={isEditable}
          onText={(text) => onPut(withAttributeText(attributes, index, text))}
          onChange={(change) => onPut(attributes.with(index, { ...attribute, ...change } as AnswerQuestion))}
        />
      )}
    </fieldset>
  );
}
