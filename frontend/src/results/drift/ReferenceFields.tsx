import { Fieldset, Group, Select, TextInput } from "@mantine/core";
import { FixedNumberField } from "@/ui/NumberField";
import type { RuleFieldsProps } from "./ruleFields";

const KINDS = [
  { value: "FIRST", label: "the first cases" },
  { value: "PERIOD", label: "all of a period" },
];

/** What later steps are compared with. */
export function ReferenceFields({ wanted, faults, change }: RuleFieldsProps) {
  return (
    <Fieldset legend="Compared with">
      <Group align="flex-start" gap="sm">
        <Select
          label="Reference"
          data={KINDS}
          allowDeselect={false}
          value={wanted.reference_kind}
          onChange={(kind) => kind && change({ reference_kind: kind === "FIRST" ? "FIRST" : "PERIOD" })}
        />
        {wanted.reference_kind === "FIRST" ? (
          <FixedNumberField
            w={170}
            label="Cases"
            min={30}
            max={100_000}
            error={faults.reference_cases}
            value={wanted.reference_cases}
            onChange={(cases) => change({ reference_cases: cases })}
          />
        ) : (
          <>
            <TextInput
              type="date"
              label="First day"
              error={faults.reference_from}
              value={wanted.reference_from ?? ""}
              onChange={(event) => change({ reference_from: event.currentTarget.value || null })}
            />
            <TextInput
              type="date"
              label="Last day"
              error={faults.reference_to}
              value={wanted.reference_to ?? ""}
              onChange={(event) => change({ reference_to: event.currentTarget.value || null })}
            />
          </>
        )}
      </Group>
    </Fieldset>
  );
}
