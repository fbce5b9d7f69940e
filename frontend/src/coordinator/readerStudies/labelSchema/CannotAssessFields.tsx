import { Group, Switch, TagsInput } from "@mantine/core";
import { MOST_REASONS } from "@/domain/schemaProblems";
import type { QuestionFieldsProps } from "./QuestionEditor";

/** Whether the reader may say that it cannot be assessed, and the reasons offered for that. */
export function CannotAssessFields({ question, isEditable, faultOf, onChange }: QuestionFieldsProps) {
  if (question.kind === "SECTION") return null;
  const isAllowed = question.cannot_assess ?? false;
  return (
    <Group gap="md" align="center" wrap="nowrap">
      <Switch
        size="xs"
        label="“Cannot assess” is allowed"
        checked={isAllowed}
        disabled={!isEditable}
        onChange={(event) => onChange({ cannot_assess: event.currentTarget.checked })}
      />
      {isAllowed && (
        <TagsInput
          size="xs"
          flex={1}
          aria-label="Reasons offered"
          placeholder={isEditable ? "Reasons offered: type one, press Enter" : ""}
          maxTags={MOST_REASONS}
          value={question.cannot_assess_reasons ?? []}
          readOnly={!isEditable}
          error={faultOf("cannot_assess_reasons")}
          onChange={(reasons) => onChange({ cannot_assess_reasons: reasons })}
        />
      )}
    </Group>
  );
}
