import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, Text } from "@mantine/core";
import type { JudgedLesion } from "@/api/adjudication";
import { type LesionChoices, MEAN, REJECT } from "@/domain/lesionChoices";
import { readerColour } from "./judgedMarks";

interface LesionFieldsProps {
  lesions: JudgedLesion[];
  choices: LesionChoices;
  onChoices: (choices: LesionChoices) => void;
  areMarksVisible: boolean;
  onMarksVisible: (areVisible: boolean) => void;
  /** Whether the next click on the images adds a point. */
  isPlacing: boolean;
  onPlacing: (isPlacing: boolean) => void;
  /** Show a lesion on the images. */
  onShow: (lesion: string) => void;
}

/** Each lesion that a reader marked: accepted, with whose outline, or rejected; and points of one's own. */
export function LesionFields(props: LesionFieldsProps) {
  const { lesions, choices, onChoices, isPlacing, onPlacing, onShow } = props;
  const choose = (id: string, choice: string) =>
    onChoices({ ...choices, chosen: { ...choices.chosen, [id]: choice } });
  const remove = (name: string) =>
    onChoices({ ...choices, added: choices.added.filter(({ lesion }) => lesion !== name) });
  return (
    <Stack gap={6} role="group" aria-label="Lesions">
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          Lesions of a positive case
        </Text>
        {lesions.length > 0 && (
          <Checkbox
            size="xs"
            label="Show the marks"
            checked={props.areMarksVisible}
            onChange={(event) => props.onMarksVisible(event.currentTarget.checked)}
          />
        )}
      </Group>
      {lesions.length === 0 && (
        <Text size="sm" c="dimmed">
          No reader’s mark is shown. Add the lesions that you see.
        </Text>
      )}
      {lesions.map((lesion) => (
        <Lesion
          key={lesion.id}
          lesion={lesion}
          choice={choices.chosen[lesion.id] ?? ""}
          onChoice={(choice) => choose(lesion.id, choice)}
          onShow={() => onShow(lesion.id)}
        />
      ))}
      {choices.added.map(({ lesion }) => (
        <Group key={lesion} gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => onShow(lesion)}>
            {lesion}
          </Button>
          <Text size="sm">your own point</Text>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={`Remove ${lesion}`}
            onClick={() => remove(lesion)}
          >
            ×
          </ActionIcon>
        </Group>
      ))}
      <Group gap="sm">
        <Button
          size="compact-sm"
          variant={isPlacing ? "filled" : "default"}
          aria-pressed={isPlacing}
          onClick={() => onPlacing(!isPlacing)}
        >
          Add a point
        </Button>
        {isPlacing && (
          <Text size="sm" role="status">
            Click on the image.
          </Text>
        )}
      </Group>
    </Stack>
  );
}

interface LesionProps {
  lesion: JudgedLesion;
  choice: string;
  onChoice: (choice: string) => void;
  onShow: () => void;
}

function Lesion({ lesion: { id, has_mean, marks }, choice, onChoice, onShow }: LesionProps) {
  const outlined = marks.filter(({ geometries }) => geometries.length > 0);
  const options = [
    { value: "", label: "not decided" },
    ...(has_mean ? [{ value: MEAN, label: meanText(outlined.length) }] : []),
    ...outlined.map(({ reader }) => ({ value: reader, label: `accept, as Reader ${reader}` })),
    { value: REJECT, label: "reject" },
  ];
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="compact-sm" variant="default" onClick={onShow} aria-label={`Show ${id} on the images`}>
        {id}
      </Button>
      <Group gap={4} miw={50}>
        {marks.map(({ reader }) => (
          <Text key={reader} size="sm" fw={700} c={readerColour(reader)}>
            {reader}
          </Text>
        ))}
      </Group>
      <NativeSelect
        size="xs"
        flex={1}
        aria-label={`Decision about ${id}`}
        value={choice}
        data={options}
        onChange={(event) => onChoice(event.currentTarget.value)}
      />
    </Group>
  );
}

function meanText(outlined: number): string {
  return outlined > 0 ? "accept, the mean of the marks" : "accept, the voxels of the consensus";
}
