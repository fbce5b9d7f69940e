import { Group, TextInput } from "@mantine/core";
import { LONGEST_TEXT_ANSWER } from "@/domain/schemaProblems";
import { NumberField } from "@/ui/NumberField";
import type { QuestionFieldsProps } from "./QuestionEditor";

/** Unit, range and step of a number. */
export function NumberFields({ question, isEditable, faultOf, onChange }: QuestionFieldsProps) {
  if (question.kind !== "NUMBER") return null;
  const limits = [
    { name: "minimum", label: "At least" },
    { name: "maximum", label: "At most" },
    { name: "step", label: "In steps of" },
  ] as const;
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        size="xs"
        w={160}
        label="Unit (UCUM; 1: none)"
        value={question.unit ?? "1"}
        maxLength={40}
        readOnly={!isEditable}
        error={faultOf("unit")}
        onChange={(event) => onChange({ unit: event.currentTarget.value })}
      />
      {limits.map(({ name, label }) => (
        <NumberField
          key={name}
          size="xs"
          w={110}
          label={label}
          placeholder="any"
          value={question[name] ?? null}
          readOnly={!isEditable}
          error={faultOf(name)}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
    </Group>
  );
}

/** How long a text may be. */
export function TextFields({ question, isEditable, faultOf, onChange }: QuestionFieldsProps) {
  if (question.kind !== "TEXT") return null;
  return (
    <NumberField
      size="xs"
      w={240}
      label="At most so many characters"
      min={1}
      max={LONGEST_TEXT_ANSWER}
      value={question.maximum_length ?? 1000}
      readOnly={!isEditable}
      error={faultOf("maximum_length")}
      onChange={(value) => onChange({ maximum_length: value ?? 0 })}
    />
  );
}
