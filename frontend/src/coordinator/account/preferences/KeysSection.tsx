import { Button, Table, TextInput } from "@mantine/core";
import { useState } from "react";
import { HOTKEYS, type HotkeyAction } from "@/domain/hotkeys";
import { type Keymap, type KeyOverrides, keyText } from "@/domain/keymap";
import { Section } from "@/ui/Section";
import type { PreferenceChange } from "@/ui/usePreferences";
import { KeyRow } from "./KeyRow";
import classes from "./Preferences.module.css";

interface KeysSectionProps {
  keymap: Keymap;
  overrides: KeyOverrides;
  onChange: (change: PreferenceChange) => void;
}

const GROUPS = [...new Set(HOTKEYS.map(({ group }) => group))];

/** Every action of the one table of keys; press a key to set it. */
export function KeysSection({ keymap, overrides, onChange }: KeysSectionProps) {
  const [search, setSearch] = useState("");
  const [asked, setAsked] = useState<HotkeyAction | null>(null);
  const words = search.trim().toLowerCase();
  const shown = keymap.hotkeys.filter(({ text, keys }) =>
    `${text} ${keys.map(keyText).join(" ")}`.toLowerCase().includes(words),
  );
  const changeKeys = (change: (keys: KeyOverrides) => KeyOverrides) => {
    setAsked(null);
    onChange((content) => ({ ...content, hotkeys: change(content.hotkeys ?? {}) }));
  };
  return (
    <Section
      title="Keys"
      about="Choose an action, then press its key. Esc leaves it as it is."
      actions={
        <>
          <TextInput
            aria-label="Find an action or a key"
            placeholder="Find an action or a key"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={Object.keys(overrides).length === 0}
            onClick={() => onChange(({ hotkeys: _, ...content }) => content)}
          >
            Reset all keys
          </Button>
        </>
      }
    >
      <div className={classes.columns}>
        {GROUPS.map((group) => {
          const rows = shown.filter((hotkey) => hotkey.group === group);
          if (rows.length === 0) return null;
          return (
            <Table key={group} aria-label={`Keys: ${group}`} layout="fixed" className={classes.group}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{group}</Table.Th>
                  <Table.Th w={170}>Key</Table.Th>
                  <Table.Th w={190} aria-label="Change" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((hotkey) => (
                  <KeyRow
                    key={hotkey.action}
                    hotkey={hotkey}
                    keymap={keymap}
                    isOwn={hotkey.action in overrides}
                    isAsked={asked === hotkey.action}
                    onAsk={() => setAsked(hotkey.action)}
                    onLeave={() => setAsked(null)}
                    onChange={changeKeys}
                  />
                ))}
              </Table.Tbody>
            </Table>
          );
        })}
      </div>
    </Section>
  );
}
