import { Stack, Switch } from "@mantine/core";
import type { ViewerPreferences } from "@/domain/preferences";
import { Section } from "@/ui/Section";
import type { PreferenceChange } from "@/ui/usePreferences";

interface ViewerSectionProps {
  viewer: ViewerPreferences;
  onChange: (change: PreferenceChange) => void;
}

export function ViewerSection({ viewer, onChange }: ViewerSectionProps) {
  const set = (part: ViewerPreferences) =>
    onChange((content) => ({ ...content, viewer: { ...content.viewer, ...part } }));
  return (
    <Section title="Viewer">
      <Stack gap="sm">
        <Switch
          label="The wheel scrolls the other way"
          checked={viewer.wheel_is_reversed ?? false}
          onChange={(event) => set({ wheel_is_reversed: event.currentTarget.checked })}
        />
        <Switch
          label="A tool stays chosen after a mark is drawn"
          checked={viewer.keeps_tool ?? false}
          onChange={(event) => set({ keeps_tool: event.currentTarget.checked })}
        />
      </Stack>
    </Section>
  );
}
