import { Button, Card, Checkbox, Fieldset, Group, SegmentedControl, Stack, TextInput } from "@mantine/core";
import type { LayoutName, LinkKind } from "@/domain/grid";
import type { HangingRule, PaneRule } from "@/domain/hanging";
import { withRuleLayout } from "@/domain/hangingEditing";
import { ConditionFields } from "./ConditionFields";
import { PaneFields } from "./PaneFields";

interface RuleCardProps {
  rule: HangingRule;
  index: number;
  count: number;
  isEditable: boolean;
  onChange: (rule: HangingRule) => void;
  onMove: (step: -1 | 1) => void;
  onRemove: () => void;
}

const LAYOUTS: { value: LayoutName; label: string }[] = [
  { value: "ONE", label: "1 × 1" },
  { value: "SIDE_BY_SIDE", label: "1 × 2" },
  { value: "ABOVE_BELOW", label: "2 × 1" },
  { value: "FOUR", label: "2 × 2" },
  { value: "MPR", label: "MPR" },
];
const PANES = ["first", "second", "third", "fourth"];
const LINKS: { value: LinkKind; label: string }[] = [
  { value: "SCROLL", label: "Scroll" },
  { value: "VIEW", label: "Pan and zoom" },
  { value: "WINDOW", label: "Window" },
];

/** One rule: when it holds, the layout, and what goes into each pane. */
export function RuleCard({ rule, index, count, isEditable, onChange, onMove, onRemove }: RuleCardProps) {
  const set = (part: Partial<HangingRule>) => onChange({ ...rule, ...part });
  const setPane = (place: number, pane: PaneRule) =>
    set({ panes: rule.panes.map((one, at) => (at === place ? pane : one)) });
  return (
    <Card withBorder padding="sm" component="section" aria-label={`Rule ${index + 1}`}>
      <Fieldset disabled={!isEditable} variant="unstyled">
        <Stack gap="sm">
          <Group gap="sm" align="flex-end" wrap="nowrap">
            <TextInput
              label={`Rule ${index + 1}`}
              flex={1}
              maxLength={80}
              value={rule.name}
              error={rule.name.trim() === "" && "Give it a name."}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Button variant="default" disabled={index === 0} aria-label="Move up" onClick={() => onMove(-1)}>
              ↑
            </Button>
            <Button
              variant="default"
              disabled={index === count - 1}
              aria-label="Move down"
              onClick={() => onMove(1)}
            >
              ↓
            </Button>
            <Button variant="subtle" color="red" onClick={onRemove}>
              Remove
            </Button>
          </Group>
          <ConditionFields when={rule.when} onChange={(when) => set({ when })} />
          <Group gap="lg">
            <SegmentedControl
              aria-label="Layout"
              data={LAYOUTS}
              value={rule.layout}
              disabled={!isEditable}
              onChange={(layout) => onChange(withRuleLayout(rule, layout))}
            />
            {rule.panes.length > 1 && (
              <Group gap="sm" role="group" aria-label="Linked">
                {LINKS.map(({ value, label }) => (
                  <Checkbox
                    key={value}
                    label={`Link ${label.toLowerCase()}`}
                    checked={rule.links.includes(value)}
                    onChange={(event) => {
                      const others = rule.links.filter((link) => link !== value);
                      set({ links: event.currentTarget.checked ? [...others, value] : others });
                    }}
                  />
                ))}
              </Group>
            )}
          </Group>
          {PANES.map((name, place) => {
            const pane = rule.panes[place];
            return (
              pane && (
                <PaneFields
                  key={name}
                  pane={pane}
                  place={place}
                  onChange={(changed) => setPane(place, changed)}
                />
              )
            );
          })}
        </Stack>
      </Fieldset>
    </Card>
  );
}
