import { Checkbox, Group, NumberInput, Paper, Select, TagsInput, Text } from "@mantine/core";
import type { Laterality, Orientation, PaneRule, Preference, Selector } from "@/domain/hanging";
import { dicomWords, without } from "@/domain/hangingEditing";
import type { Start } from "@/domain/start";
import { NumberField } from "@/ui/NumberField";
import { ORIENTATIONS, VIEWS } from "./ConditionFields";

interface PaneFieldsProps {
  pane: PaneRule;
  place: number;
  onChange: (pane: PaneRule) => void;
}

const PREFERENCES: { value: Preference; label: string }[] = [
  { value: "FIRST", label: "the first" },
  { value: "LAST", label: "the last" },
  { value: "MOST_IMAGES", label: "most images" },
  { value: "FEWEST_IMAGES", label: "fewest images" },
  { value: "THINNEST", label: "thinnest slices" },
  { value: "THICKEST", label: "thickest slices" },
];
const STARTS: { value: Start["at"]; label: string }[] = [
  { value: "FIRST", label: "first image" },
  { value: "MIDDLE", label: "middle" },
  { value: "LAST", label: "last image" },
  { value: "FIRST_MARK", label: "first own mark" },
  { value: "FRACTION", label: "a given part" },
];
const SIDES: { value: Laterality; label: string }[] = [
  { value: "R", label: "right" },
  { value: "L", label: "left" },
  { value: "B", label: "both" },
];

const optionsOfStudy = ["Current", "Prior 1", "Prior 2", "Prior 3"].map((label, prior) => ({
  value: String(prior),
  label,
}));

/** What one pane shows and how it begins. */
export function PaneFields({ pane, place, onChange }: PaneFieldsProps) {
  const set = (part: Partial<PaneRule>) => onChange({ ...pane, ...part });
  const select = (part: Partial<Selector>) => set({ select: without({ ...pane.select, ...part }) });
  return (
    <Paper withBorder p="xs" role="group" aria-label={`Pane ${place + 1}`}>
      <Group gap="xs" align="flex-end">
        <Text size="xs" fw={600} w={44} mb={8}>
          Pane {place + 1}
        </Text>
        <Select
          label="Study"
          w={96}
          allowDeselect={false}
          data={optionsOfStudy}
          value={String(pane.prior)}
          onChange={(value) => set({ prior: Number(value) })}
        />
        <RelationSelect pane={pane} place={place} onChange={select} />
        <Select
          label="Plane"
          placeholder="any"
          w={92}
          clearable
          data={ORIENTATIONS}
          value={pane.select.orientation ?? null}
          onChange={(value) => select({ orientation: (value ?? undefined) as Orientation })}
        />
        <TagsInput
          size="xs"
          label="View"
          placeholder={pane.select.view?.length ? undefined : "any"}
          w={110}
          data={VIEWS}
          value={pane.select.view ?? []}
          onChange={(words) => select({ view: dicomWords(words) })}
        />
        <Select
          label="Side"
          placeholder="any"
          w={84}
          clearable
          data={SIDES}
          value={pane.select.laterality ?? null}
          onChange={(value) => select({ laterality: (value ?? undefined) as Laterality })}
        />
        <Select
          label="Of these"
          w={118}
          allowDeselect={false}
          data={PREFERENCES}
          value={pane.select.prefer ?? "FIRST"}
          onChange={(value) => select({ prefer: value as Preference })}
        />
      </Group>
      <Beginning pane={pane} onChange={onChange} />
    </Paper>
  );
}

interface RelationSelectProps {
  pane: PaneRule;
  place: number;
  onChange: (part: Partial<Selector>) => void;
}

/** The same series as an earlier pane, or the one most like it. */
function RelationSelect({ pane, place, onChange }: RelationSelectProps) {
  if (place === 0) return null;
  const earlier = Array.from({ length: place }, (_, index) => index);
  const { same_as, like } = pane.select;
  const value = same_as !== undefined ? `same ${same_as}` : like !== undefined ? `like ${like}` : "any";
  return (
    <Select
      label="Series"
      w={126}
      allowDeselect={false}
      data={[
        { value: "any", label: "any" },
        ...earlier.map((index) => ({ value: `like ${index}`, label: `like pane ${index + 1}` })),
        ...earlier.map((index) => ({ value: `same ${index}`, label: `that of pane ${index + 1}` })),
      ]}
      value={value}
      onChange={(chosen) => {
        const [kind, index] = (chosen ?? "any").split(" ");
        onChange({
          same_as: kind === "same" ? Number(index) : undefined,
          like: kind === "like" ? Number(index) : undefined,
        } as Partial<Selector>);
      }}
    />
  );
}

function Beginning({ pane, onChange }: Pick<PaneFieldsProps, "pane" | "onChange">) {
  const { start, window, ...others } = pane;
  const setWindow = (part: Partial<NonNullable<PaneRule["window"]>>) => {
    const next = { center: 40, width: 400, ...window, ...part };
    onChange({ ...pane, window: next });
  };
  const setStart = (at: Start["at"]) =>
    onChange({ ...pane, start: at === "FRACTION" ? { at, fraction: 0.5 } : { at } });
  return (
    <Group gap="xs" align="flex-end" mt={4}>
      <Text size="xs" w={44} mb={8} c="dimmed">
        begins
      </Text>
      <Select
        label="On"
        w={126}
        allowDeselect={false}
        data={STARTS}
        value={start.at}
        onChange={(at) => at && setStart(at as Start["at"])}
      />
      {start.at === "FRACTION" && (
        <NumberInput
          label="Per cent"
          w={76}
          min={0}
          max={100}
          value={Math.round(start.fraction * 100)}
          onChange={(value) =>
            onChange({ ...pane, start: { at: "FRACTION", fraction: Math.min(Number(value), 100) / 100 } })
          }
        />
      )}
      <Checkbox
        label="Own window"
        mb={7}
        checked={window !== undefined}
        onChange={(event) => (event.currentTarget.checked ? setWindow({}) : onChange({ start, ...others }))}
      />
      {window && (
        <>
          <NumberField
            label="Centre"
            w={84}
            value={window.center}
            onChange={(value) => setWindow({ center: value ?? 0 })}
          />
          <NumberField
            label="Width"
            w={84}
            min={1}
            value={window.width}
            onChange={(value) => setWindow({ width: Math.max(value ?? 1, 1) })}
          />
        </>
      )}
      <Select
        label="Chest wall"
        placeholder="as stored"
        w={100}
        clearable
        data={[
          { value: "LEFT", label: "left" },
          { value: "RIGHT", label: "right" },
        ]}
        value={pane.chest_wall ?? null}
        onChange={(value) => onChange(without({ ...pane, chest_wall: value as "LEFT" | "RIGHT" }))}
      />
      <Checkbox
        label="May be empty"
        mb={7}
        checked={pane.may_be_empty ?? false}
        onChange={(event) => onChange({ ...pane, may_be_empty: event.currentTarget.checked })}
      />
    </Group>
  );
}
