import { ActionIcon, Badge, Button, Group, Input, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import {
  type AttributeKind,
  MOST_ATTRIBUTES,
  withAttributeText,
  withNewAttribute,
} from "@/domain/attributes";
import type { AnswerQuestion } from "@/domain/labelSchema";
import type { QuestionFieldsProps } from "./QuestionCard";

const KINDS: { kind: AttributeKind; name: string }[] = [
  { kind: "BINARY", name: "Yes / no" },
  { kind: "ORDINAL", name: "Five steps" },
  { kind: "CONFIDENCE", name: "0–100" },
];

/** What the reader is asked about each finding. */
export function AttributeFields({ draft, problems, isEditable, edit }: QuestionFieldsProps) {
  const { id, question } = draft;
  if (question.kind !== "LOCATED_FINDING") return null;
  const attributes = question.attributes ?? [];
  const put = (next: AnswerQuestion[]) => edit({ type: "CHANGE", id, change: { attributes: next } });
  const change = (index: number, part: Partial<AnswerQuestion>) =>
    put(attributes.with(index, { ...attributes[index], ...part } as AnswerQuestion));
  return (
    <Input.Wrapper
      label="Asked about each finding"
      description="Besides its code and the reader's confidence."
      error={problems.find((problem) => problem.field === "attributes")?.detail}
    >
      <Stack gap="xs" mt={4}>
        {attributes.map((attribute, index) => (
          <AttributeRow
            // biome-ignore lint/suspicious/noArrayIndexKey: an attribute has no identity while it is being typed
            key={index}
            attribute={attribute}
            number={index + 1}
            isEditable={isEditable}
            onText={(text) => put(withAttributeText(attributes, index, text))}
            onChange={(part) => change(index, part)}
            onRemove={() => put(attributes.toSpliced(index, 1))}
          />
        ))}
        {isEditable && attributes.length < MOST_ATTRIBUTES && (
          <Group gap="xs">
            {KINDS.map(({ kind, name }) => (
              <Button
                key={kind}
                variant="default"
                size="compact-sm"
                aria-label={`Ask ${name} about each finding`}
                onClick={() => put(withNewAttribute(attributes, kind))}
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

interface AttributeRowProps {
  attribute: AnswerQuestion;
  number: number;
  isEditable: boolean;
  onText: (text: string) => void;
  onChange: (part: Partial<AnswerQuestion>) => void;
  onRemove: () => void;
}

function AttributeRow({ attribute, number, isEditable, onText, onChange, onRemove }: AttributeRowProps) {
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap">
        <Badge variant="light" radius="sm" w={90}>
          {KINDS.find(({ kind }) => kind === attribute.kind)?.name}
        </Badge>
        <TextInput
          flex={1}
          aria-label={`Question ${number} about each finding`}
          value={attribute.text}
          maxLength={500}
          readOnly={!isEditable}
          rightSection={<span title="Column name in the data">{attribute.key}</span>}
          rightSectionWidth={160}
          onChange={(event) => onText(event.currentTarget.value)}
        />
        <Switch
          label="Required"
          checked={attribute.required}
          disabled={!isEditable}
          onChange={(event) => onChange({ required: event.currentTarget.checked })}
        />
        {isEditable && (
          <ActionIcon
            variant="default"
            aria-label={`Remove question ${number} about each finding`}
            onClick={onRemove}
          >
            ×
          </ActionIcon>
        )}
      </Group>
      {attribute.kind === "ORDINAL" && (
        <SimpleGrid cols={5} spacing="xs">
          {attribute.options.map((option, step) => (
            <TextInput
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place on the scale
              key={step}
              aria-label={`Question ${number} about each finding, step ${step + 1}`}
              leftSection={step + 1}
              value={option}
              maxLength={500}
              readOnly={!isEditable}
              onChange={(event) =>
                onChange({ options: attribute.options.with(step, event.currentTarget.value) })
              }
            />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}
