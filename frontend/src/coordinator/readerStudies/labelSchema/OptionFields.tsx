import { ActionIcon, Button, Group, Input, Stack, TextInput } from "@mantine/core";
import { type Choice, type Level, levelsOf, type Question } from "@/domain/labelSchema";
import { type OptionScale, SCALES, withoutEmptyParts } from "@/domain/scales";
import { freeKey, keyFromText } from "@/domain/schemaEditing";
import { MOST_CHOICES, MOST_LEVELS } from "@/domain/schemaProblems";
import { CodeButton } from "./CodeButton";
import type { QuestionFieldsProps } from "./QuestionEditor";

/** The levels of a scale, lowest first, or the choices of one or of several. */
export function OptionFields({ question, isEditable, faultOf, onChange }: QuestionFieldsProps) {
  if (!("options" in question)) return null;
  const isScale = question.kind === "ORDINAL";
  const options: Level[] = isScale ? levelsOf(question) : question.options;
  const put = (next: Level[]) =>
    onChange({ options: isScale ? next.map(withoutEmptyParts) : next } as Partial<Question>);
  const most = isScale ? MOST_LEVELS : MOST_CHOICES;
  return (
    <Input.Wrapper
      size="xs"
      label={isScale ? "Levels, lowest first" : "Choices"}
      description={
        isScale
          ? "The answer is the level's number. Its own value, such as 4A, is shown and exported beside it."
          : "The answer is the value, which programs read; readers see the name."
      }
      error={faultOf("options")}
    >
      <Stack gap={4} mt={4}>
        {options.map((option, index) => (
          <OptionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: an option has no identity while it is being typed
            key={index}
            option={option}
            number={index + 1}
            isScale={isScale}
            isEditable={isEditable}
            onChange={(next) => put(options.with(index, next))}
            onMove={(by) => put(swapped(options, index, index + by))}
            onRemove={() => put(options.toSpliced(index, 1))}
          />
        ))}
        {isEditable && (
          <Group gap="xs">
            <Button
              size="compact-xs"
              variant="default"
              disabled={options.length >= most}
              onClick={() => put([...options, newOption(options, isScale)])}
            >
              + {isScale ? "Level" : "Choice"}
            </Button>
            {isScale && <ScaleButtons onChoose={(scale) => put(scale.levels)} />}
          </Group>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

function swapped(options: Level[], from: number, to: number): Level[] {
  const [one, other] = [options[from], options[to]];
  return one && other ? options.with(from, other).with(to, one) : options;
}

function newOption(options: Level[], isScale: boolean): Level {
  const text = `${isScale ? "Level" : "Choice"} ${options.length + 1}`;
  if (isScale) return { text };
  const taken = new Set(options.flatMap(({ value }) => value ?? []));
  return { text, value: freeKey(keyFromText(text), taken) } satisfies Choice;
}

function ScaleButtons({ onChoose }: { onChoose: (scale: OptionScale) => void }) {
  return SCALES.map((scale) => (
    <Button key={scale.name} size="compact-xs" variant="subtle" onClick={() => onChoose(scale)}>
      {scale.name}
    </Button>
  ));
}

interface OptionRowProps {
  option: Level;
  number: number;
  isScale: boolean;
  isEditable: boolean;
  onChange: (option: Level) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function OptionRow({ option, number, isScale, isEditable, onChange, onMove, onRemove }: OptionRowProps) {
  const name = isScale ? "Step" : "Choice";
  return (
    <Group gap={4} wrap="nowrap" align="center">
      <TextInput
        size="xs"
        flex={1}
        aria-label={`${name} ${number}`}
        leftSection={number}
        value={option.text}
        maxLength={500}
        readOnly={!isEditable}
        onKeyDown={(event) => {
          const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
          if (!event.altKey || by === undefined || !isEditable) return;
          event.preventDefault();
          event.stopPropagation();
          onMove(by);
        }}
        onChange={(event) => onChange({ ...option, text: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        w={100}
        ff="monospace"
        aria-label={`${name} ${number}: value`}
        placeholder={isScale ? "value" : ""}
        value={option.value ?? ""}
        maxLength={40}
        readOnly={!isEditable}
        onChange={(event) => onChange({ ...option, value: event.currentTarget.value })}
      />
      <CodeButton
        label={`${name} ${number}: code`}
        code={option.code ?? null}
        isEditable={isEditable}
        onChange={(code) => onChange({ ...option, code })}
      />
      {isEditable && (
        <ActionIcon
          size="sm"
          variant="default"
          aria-label={`Remove ${name.toLowerCase()} ${number}`}
          onClick={onRemove}
        >
          ×
        </ActionIcon>
      )}
    </Group>
  );
}
