import {
  ActionIcon,
  Badge,
  Card,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import type { Dispatch } from "react";
import { isLocated } from "@/domain/labelSchema";
import {
  type DraftQuestion,
  type QuestionKind,
  type QuestionRole,
  ROLES_OF_KIND,
  type SchemaEdit,
} from "@/domain/schemaEditing";
import type { SchemaProblem } from "@/domain/schemaProblems";
import { FindingFields } from "./FindingFields";
import { OrdinalFields } from "./OrdinalFields";

const KIND_NAMES: Record<QuestionKind, string> = {
  BINARY: "Yes / no",
  ORDINAL: "Five steps",
  CONFIDENCE: "0–100",
  LOCATED_FINDING: "Located finding",
};

const ROLE_NAMES = {
  CALL: "The reader's decision (sensitivity, specificity)",
  RATING: "The reader's rating (ROC curve, AUC)",
};

export interface QuestionFieldsProps {
  draft: DraftQuestion;
  problems: SchemaProblem[];
  isEditable: boolean;
  edit: Dispatch<SchemaEdit>;
}

interface QuestionCardProps extends QuestionFieldsProps {
  position: { index: number; count: number };
}

/** One question being built: its words, its column name, its part in the analysis. */
export function QuestionCard({ position, ...fields }: QuestionCardProps) {
  const { draft, problems, isEditable, edit } = fields;
  const { id, question } = draft;
  const faultOf = (field: string) => problems.find((problem) => problem.field === field)?.detail;
  return (
    <Card withBorder padding="md" component="fieldset" aria-label={`Question ${position.index + 1}`}>
      <Stack gap="sm">
        <CardHead position={position} {...fields} />
        <TextInput
          label="Question"
          value={question.text}
          maxLength={500}
          readOnly={!isEditable}
          error={faultOf("text")}
          onChange={(event) => edit({ type: "TEXT", id, text: event.currentTarget.value })}
        />
        <SimpleGrid cols={2}>
          <TextInput
            label="Hint below the question"
            value={question.help ?? ""}
            maxLength={500}
            readOnly={!isEditable}
            error={faultOf("help")}
            onChange={(event) => edit({ type: "CHANGE", id, change: { help: event.currentTarget.value } })}
          />
          <TextInput
            label="Column name in the data"
            value={question.key}
            maxLength={40}
            ff="monospace"
            readOnly={!isEditable}
            error={faultOf("key")}
            onChange={(event) => edit({ type: "KEY", id, key: event.currentTarget.value })}
          />
        </SimpleGrid>
        {question.kind === "ORDINAL" && <OrdinalFields {...fields} />}
        {question.kind === "LOCATED_FINDING" && <FindingFields {...fields} />}
        {!isLocated(question) && (
          <Select
            label="Part in the analysis"
            data={[
              { value: "", label: "None: kept as data" },
              ...ROLES_OF_KIND[question.kind].map((role) => ({ value: role, label: ROLE_NAMES[role] })),
            ]}
            value={question.role ?? ""}
            allowDeselect={false}
            readOnly={!isEditable}
            error={faultOf("role")}
            onChange={(role) => edit({ type: "ROLE", id, role: (role || null) as QuestionRole })}
          />
        )}
      </Stack>
    </Card>
  );
}

function CardHead({ position, draft, isEditable, edit }: QuestionCardProps) {
  const { id, question } = draft;
  const { index, count } = position;
  return (
    <Group justify="space-between">
      <Group gap="sm">
        <Badge variant="default" radius="sm">
          {index + 1}
        </Badge>
        <Badge variant="light" radius="sm">
          {KIND_NAMES[question.kind]}
        </Badge>
      </Group>
      <Group gap="sm">
        {isEditable ? (
          <Switch
            label={isLocated(question) ? "At least one mark required" : "Required"}
            checked={question.required}
            onChange={(event) =>
              edit({ type: "CHANGE", id, change: { required: event.currentTarget.checked } })
            }
          />
        ) : (
          <Text size="xs" c="dimmed">
            {question.required ? "required" : "optional"}
          </Text>
        )}
        {isEditable && (
          <ActionIcon.Group>
            <ActionIcon
              variant="default"
              aria-label={`Move question ${index + 1} up`}
              disabled={index === 0}
              onClick={() => edit({ type: "MOVE", id, by: -1 })}
            >
              ↑
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={`Move question ${index + 1} down`}
              disabled={index === count - 1}
              onClick={() => edit({ type: "MOVE", id, by: 1 })}
            >
              ↓
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={`Remove question ${index + 1}`}
              onClick={() => edit({ type: "REMOVE", id })}
            >
              ×
            </ActionIcon>
          </ActionIcon.Group>
        )}
      </Group>
    </Group>
  );
}
