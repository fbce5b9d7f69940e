import { Button, Group, Popover, Stack, TextInput } from "@mantine/core";
import type { Code } from "@/domain/labelSchema";
import { CodeSearch } from "./CodeSearch";

interface CodeButtonProps {
  label: string;
  code: Code | null;
  isEditable: boolean;
  onChange: (code: Code | null) => void;
}

const NO_CODE: Code = { scheme: "SCT", value: "", meaning: "" };

/** The code of an option, out of the way until it is wanted. */
export function CodeButton({ label, code, isEditable, onChange }: CodeButtonProps) {
  const shown = code ?? NO_CODE;
  return (
    <Popover width={380} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button
          size="compact-xs"
          variant={code ? "light" : "default"}
          aria-label={label}
          title={code?.meaning}
        >
          {code ? `${code.scheme} ${code.value}` : "code"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Group gap="xs" wrap="nowrap">
            {(["scheme", "value", "meaning"] as const).map((name) => (
              <TextInput
                key={name}
                size="xs"
                label={name}
                flex={name === "meaning" ? 2 : 1}
                value={shown[name]}
                readOnly={!isEditable}
                onChange={(event) => onChange({ ...shown, [name]: event.currentTarget.value })}
              />
            ))}
          </Group>
          {isEditable && <CodeSearch label="Find the code" onChoose={onChange} />}
          {code && isEditable && (
            <Button size="compact-xs" variant="default" onClick={() => onChange(null)}>
              Take the code away
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
