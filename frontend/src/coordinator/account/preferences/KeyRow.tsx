import { Button, Group, Kbd, Table, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { type Hotkey, keyName } from "@/domain/hotkeys";
import {
  holderOf,
  isModifier,
  type Keymap,
  type KeyOverrides,
  keyProblem,
  keyText,
  withDefaultKeys,
  withKey,
} from "@/domain/keymap";

interface KeyRowProps {
  hotkey: Hotkey;
  keymap: Keymap;
  /** Whether its keys differ from the default. */
  isOwn: boolean;
  /** Whether the next key pressed becomes its key. */
  isAsked: boolean;
  onAsk: () => void;
  onLeave: () => void;
  onChange: (change: (keys: KeyOverrides) => KeyOverrides) => void;
}

export function KeyRow({ hotkey, keymap, isOwn, isAsked, onAsk, onLeave, onChange }: KeyRowProps) {
  const { action, text, keys } = hotkey;
  return (
    <Table.Tr data-action={action}>
      <Table.Td>{text}</Table.Td>
      <Table.Td>
        {keys.length === 0 && (
          <Text size="xs" c="dimmed">
            no key
          </Text>
        )}
        {keys.map((key) => (
          <Kbd key={key} mr={4} size="xs" style={{ whiteSpace: "nowrap" }}>
            {keyText(key)}
          </Kbd>
        ))}
      </Table.Td>
      <Table.Td ta="right">
        {isAsked ? (
          <KeyQuestion hotkey={hotkey} keymap={keymap} onLeave={onLeave} onChange={onChange} />
        ) : (
          <Group gap={2} justify="flex-end" wrap="nowrap">
            {isOwn && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                aria-label={`Reset the key of ${text}`}
                onClick={() => onChange((overrides) => withDefaultKeys(overrides, action))}
              >
                Reset
              </Button>
            )}
            <Button size="compact-xs" variant="subtle" aria-label={`Set the key of ${text}`} onClick={onAsk}>
              Set
            </Button>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

type QuestionProps = Pick<KeyRowProps, "hotkey" | "keymap" | "onLeave" | "onChange">;

/** Waits for a key; one that is taken asks what to do with its holder. */
function KeyQuestion({ hotkey, keymap, onLeave, onChange }: QuestionProps) {
  const { action } = hotkey;
  const [taken, setTaken] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const holder = taken === null ? undefined : holderOf(keymap, taken, action);
  useKeyPress((press) => {
    if (press.key === "Escape") return onLeave();
    const refused = keyProblem(press);
    setProblem(refused);
    if (refused) return;
    const key = keyName(press);
    if (holderOf(keymap, key, action)) setTaken(key);
    else onChange((overrides) => withKey(overrides, action, key));
  });
  if (!holder || taken === null) {
    return (
      <Text size="xs" role="status" c={problem ? "red.4" : "blue.3"}>
        {problem ?? "Press a key…"}
      </Text>
    );
  }
  const take = (swap: boolean) => onChange((overrides) => withKey(overrides, action, taken, swap));
  return (
    <div role="alert">
      <Text size="xs">
        <b>{keyText(taken)}</b> is the key of “{holder.text}”.
      </Text>
      <Group gap={2} justify="flex-end">
        <Button size="compact-xs" variant="light" onClick={() => take(true)}>
          Swap
        </Button>
        <Button size="compact-xs" variant="subtle" onClick={() => take(false)}>
          Take
        </Button>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onLeave}>
          Leave
        </Button>
      </Group>
    </div>
  );
}

/** Every key pressed while this is on the screen, before anything else hears of it. */
function useKeyPress(onPress: (press: KeyboardEvent) => void): void {
  const newest = useRef(onPress);
  newest.current = onPress;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      // Buttons of the question stay usable by keyboard.
      const isForButton =
        event.target instanceof HTMLButtonElement && ["Enter", " ", "Tab"].includes(event.key);
      if (isModifier(event) || (isForButton && event.target.closest('[role="alert"]'))) return;
      event.preventDefault();
      event.stopPropagation();
      newest.current(event);
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, []);
}
