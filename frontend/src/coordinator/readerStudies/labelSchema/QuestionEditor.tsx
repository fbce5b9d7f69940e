import { Group, Select, Stack, Switch, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { comparableBefore } from "@/domain/conditionEditing";
import { isAnswered, type Question } from "@/domain/labelSchema";
import { type QuestionRole, ROLES_OF_KIND } from "@/domain/schemaEditing";
import type { FieldProblem } from "@/domain/schemaProblems";
import { CannotAssessFields } from "./CannotAssessFields";
import { ConditionSection } from "./ConditionFields";
import { FindingFields } from "./FindingFields";
import { ImageFields } from "./ImageFields";
import { NumberFields, TextFields } from "./LimitFields";
import { OptionFields } from "./OptionFields";

/** The words of a fault in one field. */
export type FaultOf = (field: string) => string | undefined;

export interface QuestionFieldsProps {
  question: Question;
  isEditable: boolean;
  faultOf: FaultOf;
  onChange: (change: Partial<Question>) => void;
}

interface QuestionEditorProps extends Omit<QuestionFieldsProps, "faultOf"> {
  problems: FieldProblem[];
  /** The list that the question stands in, and where. */
  all: readonly Question[];
  index: number;
  onText: (text: string) => void;
  /** Absent where the column name follows the text. */
  onKey?: (key: string) => void;
  /** Absent for questions about a finding, which have no part in the analysis of cases. */
  onRole?: (role: QuestionRole) => void;
  /** What is asked about each finding. */
  children?: ReactNode;
}

/** Of what is typed, not of its label. */
const MONOSPACE = { input: { fontFamily: "var(--mantine-font-family-monospace)" } };

const ROLE_NAMES = {
  CALL: "The reader's decision (sensitivity, specificity)",
  RATING: "The reader's rating (ROC curve, AUC)",
};

/** Everything that can be said about one question. */
export function QuestionEditor(props: QuestionEditorProps) {
  const { question, isEditable, problems, all, index, onChange } = props;
  const faultOf: FaultOf = (field) => problems.find((problem) => problem.field === field)?.detail;
  const fields = { question, isEditable, faultOf, onChange };
  return (
    <Stack gap="xs">
      <Words {...props} faultOf={faultOf} />
      {"options" in question && <OptionFields {...fields} />}
      {question.kind === "NUMBER" && <NumberFields {...fields} />}
      {question.kind === "TEXT" && <TextFields {...fields} />}
      {question.kind === "LOCATED_FINDING" && <FindingFields {...fields} />}
      {props.children}
      <Group gap="md" align="flex-end">
        {question.kind !== "SECTION" && (
          <Switch
            size="xs"
            label={question.kind === "LOCATED_FINDING" ? "At least one mark required" : "Required"}
            checked={question.required ?? false}
            disabled={!isEditable}
            onChange={(event) => onChange({ required: event.currentTarget.checked })}
          />
        )}
        <RoleSelect {...props} faultOf={faultOf} />
      </Group>
      {question.kind !== "SECTION" && <CannotAssessFields {...fields} />}
      <ImageFields {...fields} />
      <ConditionSection
        condition={question.show_if ?? null}
        above={comparableBefore(all, index)}
        isEditable={isEditable}
        fault={faultOf("show_if")}
        onChange={(show_if) => onChange({ show_if })}
      />
    </Stack>
  );
}

function Words(props: QuestionEditorProps & { faultOf: FaultOf }) {
  const { question, isEditable, faultOf, onText, onKey, onChange } = props;
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <TextInput
        size="xs"
        flex={3}
        label={question.kind === "SECTION" ? "Heading" : "Question"}
        value={question.text}
        maxLength={500}
        readOnly={!isEditable}
        error={faultOf("text")}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        flex={2}
        label="Hint below it"
        value={question.help ?? ""}
        maxLength={500}
        readOnly={!isEditable}
        error={faultOf("help")}
        onChange={(event) => onChange({ help: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        flex={2}
        label="Column name in the data"
        value={question.key}
        maxLength={40}
        styles={MONOSPACE}
        readOnly={!isEditable || !onKey}
        error={faultOf("key")}
        onChange={(event) => onKey?.(event.currentTarget.value)}
      />
    </Group>
  );
}

function RoleSelect({ question, isEditable, faultOf, onRole }: QuestionEditorProps & { faultOf: FaultOf }) {
  const roles = ROLES_OF_KIND[question.kind];
  if (!roles || !onRole || !isAnswered(question)) return null;
  return (
    <Select
      size="xs"
      w={320}
      label="Part in the analysis"
      data={[
        { value: "", label: "None: kept as data" },
        ...roles.map((role) => ({ value: role, label: ROLE_NAMES[role] })),
      ]}
      value={question.role ?? ""}
      allowDeselect={false}
      readOnly={!isEditable}
      error={faultOf("role")}
      onChange={(role) => onRole((role || null) as QuestionRole)}
    />
  );
}
