import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Input,
  NumberInput,
  Select,
  Stack,
  TextInput,
} from "@mantine/core";
import { FINDING_CODES } from "@/domain/findingCodes";
import { type Code, type FindingTool, SEGMENT, sameCode } from "@/domain/labelSchema";
import { MARK_KIND_ROWS } from "@/domain/markKinds";
import { AttributeFields } from "./AttributeFields";
import type { QuestionFieldsProps } from "./QuestionCard";

/** With which tools a finding is marked, which codes it may have, and how many are wanted. */
export function FindingFields(fields: QuestionFieldsProps) {
  const { draft, problems, isEditable, edit } = fields;
  const { id, question } = draft;
  if (question.kind !== "LOCATED_FINDING") return null;
  const faultOf = (field: string) => problems.find((problem) => problem.field === field)?.detail;
  return (
    <>
      <Checkbox.Group
        label="Tools"
        value={question.tools}
        error={faultOf("tools")}
        onChange={(tools) => edit({ type: "CHANGE", id, change: { tools: tools as FindingTool[] } })}
      >
        <Group gap="lg" mt={4}>
          {MARK_KIND_ROWS.map(({ kind, text }) => (
            <Checkbox key={kind} value={kind} label={text} disabled={!isEditable} />
          ))}
          <Checkbox value={SEGMENT} label="3D segment (voxels)" disabled={!isEditable} />
        </Group>
      </Checkbox.Group>
      <Input.Wrapper
        label="Codes the reader chooses from"
        description="From a terminology such as RadLex (RADLEX) or SNOMED CT (SCT), so that the data are understood elsewhere."
        error={faultOf("codes")}
      >
        <Codes {...fields} codes={question.codes} />
      </Input.Wrapper>
      <AttributeFields {...fields} />
      <Group gap="md" align="flex-start">
        <NumberInput
          label="At least"
          w={110}
          min={0}
          value={question.minimum_count}
          readOnly={!isEditable}
          error={faultOf("minimum_count")}
          onChange={(count) =>
            edit({ type: "CHANGE", id, change: { minimum_count: typeof count === "number" ? count : 0 } })
          }
        />
        <NumberInput
          label="At most"
          w={110}
          min={1}
          placeholder="no limit"
          value={question.maximum_count ?? ""}
          readOnly={!isEditable}
          error={faultOf("maximum_count")}
          onChange={(count) =>
            edit({ type: "CHANGE", id, change: { maximum_count: typeof count === "number" ? count : null } })
          }
        />
      </Group>
    </>
  );
}

function Codes({ draft, isEditable, edit, codes }: QuestionFieldsProps & { codes: Code[] }) {
  const put = (next: Code[]) => edit({ type: "CHANGE", id: draft.id, change: { codes: next } });
  const offered = FINDING_CODES.filter((code) => !codes.some((own) => sameCode(own, code)));
  const add = (value: string | null) => {
    const chosen = offered.find((code) => `${code.scheme} ${code.value}` === value);
    if (chosen) put([...codes, chosen]);
  };
  return (
    <Stack gap="xs" mt={4}>
      {codes.map((code, index) => (
        <CodeRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a code has no identity while it is being typed
          key={index}
          code={code}
          number={index + 1}
          isEditable={isEditable}
          onChange={(next) => put(codes.with(index, next))}
          onRemove={() => put(codes.toSpliced(index, 1))}
        />
      ))}
      {isEditable && (
        <Group gap="sm">
          <Select
            w={280}
            placeholder="Add a common code"
            aria-label="Add a common code"
            searchable
            value={null}
            data={offered.map((code) => ({
              value: `${code.scheme} ${code.value}`,
              label: `${code.meaning} (${code.scheme} ${code.value})`,
            }))}
            onChange={add}
          />
          <Button
            variant="default"
            onClick={() => put([...codes, { scheme: "SCT", value: "", meaning: "" }])}
          >
            + Another code
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface CodeRowProps {
  code: Code;
  number: number;
  isEditable: boolean;
  onChange: (code: Code) => void;
  onRemove: () => void;
}

function CodeRow({ code, number, isEditable, onChange, onRemove }: CodeRowProps) {
  const parts = [
    { name: "scheme", width: 110 },
    { name: "value", width: 130 },
    { name: "meaning", width: undefined },
  ] as const;
  return (
    <Group gap="xs" wrap="nowrap">
      {parts.map(({ name, width }) => (
        <TextInput
          key={name}
          w={width}
          flex={width === undefined ? 1 : undefined}
          placeholder={name}
          aria-label={`Code ${number}: ${name}`}
          value={code[name]}
          readOnly={!isEditable}
          onChange={(event) => onChange({ ...code, [name]: event.currentTarget.value })}
        />
      ))}
      {isEditable && (
        <ActionIcon variant="default" aria-label={`Remove code ${number}`} onClick={onRemove}>
          ×
        </ActionIcon>
      )}
    </Group>
  );
}
