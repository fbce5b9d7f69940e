import { Alert, Button, Select, Table } from "@mantine/core";
import {
  actionsOf,
  BUTTONS,
  type Gesture,
  gestureText,
  MODIFIERS,
  MOUSE_ACTION_TEXT,
  type MouseAction,
  type MouseMap,
  type MouseOverrides,
  mouseProblem,
  withMouse,
} from "@/domain/mouse";
import { Section } from "@/ui/Section";
import type { PreferenceChange } from "@/ui/usePreferences";

interface MouseSectionProps {
  mouse: MouseMap;
  overrides: MouseOverrides;
  onChange: (change: PreferenceChange) => void;
}

const BUTTON_TEXT = { left: "Left drag", middle: "Middle drag", right: "Right drag", wheel: "Wheel" };

/** What each button and the wheel do, alone and with the keys held. */
export function MouseSection({ mouse, overrides, onChange }: MouseSectionProps) {
  const problem = mouseProblem(mouse);
  return (
    <Section
      title="Mouse"
      about="A click always selects. What a drag and the wheel do is yours to choose."
      actions={
        <Button
          variant="default"
          disabled={Object.keys(overrides).length === 0}
          onClick={() => onChange(({ mouse: _, ...content }) => content)}
        >
          Reset the mouse
        </Button>
      }
    >
      {problem && <Alert color="yellow">{problem}</Alert>}
      <Table aria-label="Mouse" maw={860}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={110}>With</Table.Th>
            {BUTTONS.map((button) => (
              <Table.Th key={button}>{BUTTON_TEXT[button]}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {MODIFIERS.map((modifier) => (
            <Table.Tr key={modifier}>
              <Table.Td>{modifier === "" ? "no key" : modifier.slice(0, -1).replace("+", " + ")}</Table.Td>
              {BUTTONS.map((button) => (
                <Table.Td key={button}>
                  <GestureSelect gesture={`${modifier}${button}`} mouse={mouse} onChange={onChange} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

interface GestureSelectProps {
  gesture: Gesture;
  mouse: MouseMap;
  onChange: (change: PreferenceChange) => void;
}

function GestureSelect({ gesture, mouse, onChange }: GestureSelectProps) {
  return (
    <Select
      aria-label={gestureText(gesture)}
      allowDeselect={false}
      data={actionsOf(gesture).map((action) => ({ value: action, label: MOUSE_ACTION_TEXT[action] }))}
      value={mouse[gesture]}
      onChange={(value) =>
        onChange((content) => ({
          ...content,
          mouse: withMouse(content.mouse ?? {}, gesture, value as MouseAction),
        }))
      }
    />
  );
}
