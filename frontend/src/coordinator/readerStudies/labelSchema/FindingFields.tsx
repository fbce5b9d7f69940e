import { ActionIcon, Button, Checkbox, Group, Input, Stack, TextInput } from "@mantine/core";
import { type Code, type FindingTool, SEGMENT, sameCode } from "@/domain/labelSchema";
import { MARK_KIND_ROWS } from "@/domain/markKinds";
import { NumberField } from "@/ui/NumberField";
import classes from "./Builder.module.css";
import { CodeSearch } from "./CodeSearch";
import type { QuestionFieldsProps } from "./QuestionEditor";

/** With which tools a finding is marked, which codes it may have, and how many are wanted. */
export function FindingFields({ question, isEditable, faultOf, onChange }: QuestionFieldsProps) {
  if (question.kind !== "LOCATED_FINDING") return null;
  return (
    <>
      <Checkbox.Group
        size="xs"
        label="Tools"
        value={question.tools}
        error={faultOf("tools")}
        onChange={(tools) => onChange({ tools: tools as FindingTool[] })}
      >
        <div className={classes.tools}>
          {MARK_KIND_ROWS.map(({ kind, text }) => (
            <Checkbox size="xs" key={kind} value={kind} label={text} disabled={!isEditable} />
          ))}
          <Checkbox size="xs" value={SEGMENT} label="3D segment (voxels)" disabled={!isEditable} />
        </div>
      </Checkbox.Group>
      <Input.Wrapper
        size="xs"
        label="Codes the reader chooses from"
        description="Typed in, or found in your lists under “Codes…”: RadLex (RADLEX), SNOMED CT (SCT), RadElement and others."
        error={faultOf("codes")}
      >
        <Codes codes={question.codes} isEditable={isEditable} onChange={(codes) => onChange({ codes })} />
      </Input.Wrapper>
      <Group gap="md" align="flex-start">
        <NumberField
          size="xs"
          label="At least"
          w={110}
          min={0}
          value={question.minimum_count ?? 0}
          readOnly={!isEditable}
          error={faultOf("minimum_count")}
          onChange={(count) => onChange({ minimum_count: count ?? 0 })}
        />
        <NumberField
          size="xs"
          label="At most"
          w={110}
          min={1}
          placeholder="no limit"
          value={question.maximum_count ?? null}
          readOnly={!isEditable}
          error={faultOf("maximum_count")}
          onChange={(count) => onChange({ maximum_count: count })}
        />
      </Group>
    </>
  );
}

interface CodesProps {
  codes: Code[];
  isEditable: boolean;
  onChange: (codes: Code[]) => void;
}

function Codes({ codes, isEditable, onChange: put }: CodesProps) {
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
          <CodeSearch
            label="Add a code"
            onChoose={(code) => !codes.some((own) => sameCode(own, code)) && put([...codes, code])}
          />
          <Button
            size="xs"
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
          size="xs"
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
