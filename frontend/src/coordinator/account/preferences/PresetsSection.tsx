import { Button, Group, Select, Table, TextInput } from "@mantine/core";
import { useState } from "react";
import type { WindowPreset } from "@/domain/preferences";
import { NumberField } from "@/ui/NumberField";
import { Section } from "@/ui/Section";
import type { PreferenceChange } from "@/ui/usePreferences";

interface PresetsSectionProps {
  presets: WindowPreset[];
  onChange: (change: PreferenceChange) => void;
}

const MODALITIES = ["CT", "MR", "PT", "CR", "DX", "MG", "US", "XA", "NM"];
const NO_PRESET: WindowPreset = { name: "", modality: "CT", center: 40, width: 400 };

/** Windows of one's own; in the reading room they follow those of the modality. */
export function PresetsSection({ presets, onChange }: PresetsSectionProps) {
  const change = (presetsOf: (presets: WindowPreset[]) => WindowPreset[]) =>
    onChange((content) => ({ ...content, window_presets: presetsOf(content.window_presets ?? []) }));
  return (
    <Section
      title="Windows of your own"
      about="They stand in the reading room beside the windows of the modality."
    >
      {presets.length > 0 && (
        <Table aria-label="Windows of your own" maw={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Modality</Table.Th>
              <Table.Th>Centre</Table.Th>
              <Table.Th>Width</Table.Th>
              <Table.Th aria-label="Remove" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {presets.map((preset, index) => (
              <Table.Tr key={`${preset.modality} ${preset.name}`}>
                <Table.Td>{preset.name}</Table.Td>
                <Table.Td>{preset.modality}</Table.Td>
                <Table.Td>{preset.center}</Table.Td>
                <Table.Td>{preset.width}</Table.Td>
                <Table.Td ta="right">
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    color="red"
                    aria-label={`Remove ${preset.name}`}
                    onClick={() => change((all) => all.filter((_, place) => place !== index))}
                  >
                    Remove
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <NewPreset presets={presets} onAdd={(preset) => change((all) => [...all, preset])} />
    </Section>
  );
}

function NewPreset({ presets, onAdd }: { presets: WindowPreset[]; onAdd: (preset: WindowPreset) => void }) {
  const [preset, setPreset] = useState(NO_PRESET);
  const name = preset.name.trim();
  const isTaken = presets.some((one) => one.modality === preset.modality && one.name === name);
  const set = (part: Partial<WindowPreset>) => setPreset({ ...preset, ...part });
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        label="Name"
        maxLength={40}
        value={preset.name}
        error={isTaken && "You have this name already."}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Select
        label="Modality"
        w={90}
        allowDeselect={false}
        data={MODALITIES}
        value={preset.modality}
        onChange={(modality) => modality && set({ modality })}
      />
      <NumberField
        label="Centre"
        w={90}
        value={preset.center}
        onChange={(value) => set({ center: value ?? 0 })}
      />
      <NumberField
        label="Width"
        w={90}
        min={1}
        value={preset.width}
        onChange={(value) => set({ width: value ?? 0 })}
      />
      <Button
        disabled={name === "" || isTaken || preset.width < 1}
        onClick={() => {
          onAdd({ ...preset, name });
          setPreset(NO_PRESET);
        }}
      >
        Add window
      </Button>
    </Group>
  );
}
