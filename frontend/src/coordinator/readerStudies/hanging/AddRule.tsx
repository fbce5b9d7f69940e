import { Button, Group, Select } from "@mantine/core";
import type { HangingRule } from "@/domain/hanging";
import { DEFAULT_RULES } from "@/domain/hangingDefaults";
import { NEW_RULE } from "@/domain/hangingEditing";

/** A new rule, empty or as a copy of a built-in one. */
export function AddRule({ onAdd }: { onAdd: (rule: HangingRule) => void }) {
  return (
    <Group gap="sm">
      <Button variant="default" onClick={() => onAdd(NEW_RULE)}>
        + Rule
      </Button>
      <Select
        aria-label="Copy a built-in rule"
        placeholder="+ Copy of a built-in rule"
        w={320}
        searchable
        value={null}
        data={DEFAULT_RULES.map(({ name }) => name)}
        onChange={(name) => {
          const rule = DEFAULT_RULES.find((one) => one.name === name);
          if (rule) onAdd(rule);
        }}
      />
    </Group>
  );
}
