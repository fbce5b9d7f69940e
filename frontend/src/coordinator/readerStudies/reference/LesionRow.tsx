import { Anchor, Button, Checkbox, Group, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Lesion, LesionMark } from "@/api/reference";
import { OUTCOMES } from "./outcomes";

const REASONS: Record<Lesion["reason"], string> = {
  AGREED: "all marked it",
  BY_RULE: "not all marked it",
  TIED: "left open by the rule",
  TOO_FEW: "too few readers",
  NO_PLACE: "segments without common voxels: no place",
};

interface LesionRowProps {
  lesion: Lesion;
  readers: string[];
  name: string;
  chosen: ReadonlySet<string>;
  onChosen: (key: string, isIn: boolean) => void;
  /** Whether the images below show it. */
  isShown: boolean;
  onShown: () => void;
}

/** A lesion: who marked it, how large and where, and what the rule makes of it. */
export function LesionRow(props: LesionRowProps) {
  const { lesion, readers, name, chosen, onChosen, isShown, onShown } = props;
  const markOf = (reader: string) => lesion.marks.find((mark) => mark.reader === reader);
  const hasRead = new Set([...lesion.marks, ...lesion.unmarked].map(({ reader }) => reader));
  return (
    <Table.Tr>
      <Table.Th>
        <Button
          size="compact-xs"
          variant={isShown ? "light" : "default"}
          aria-pressed={isShown}
          aria-label={`Show ${lesion.id} of ${name} on the images`}
          onClick={onShown}
        >
          {lesion.id}
        </Button>
      </Table.Th>
      {readers.map((reader) => {
        const mark = markOf(reader);
        return (
          <Table.Td key={reader}>
            {mark ? (
              <Group gap={6} wrap="nowrap">
                <Checkbox
                  size="xs"
                  aria-label={`${reader}’s mark on ${lesion.id} of ${name}`}
                  checked={chosen.has(mark.key)}
                  onChange={(event) => onChosen(mark.key, event.currentTarget.checked)}
                />
                <Anchor component={Link} size="sm" to={`/reads/${mark.read_id}/history`}>
                  {markText(mark)}
                </Anchor>
              </Group>
            ) : (
              <Text size="sm" c="dimmed">
                {hasRead.has(reader) ? "no mark" : "–"}
              </Text>
            )}
          </Table.Td>
        );
      })}
      <Table.Td>{apartText(lesion)}</Table.Td>
      <Table.Td>
        {OUTCOMES[lesion.outcome]}, {REASONS[lesion.reason]}
      </Table.Td>
    </Table.Tr>
  );
}

function markText({ center_mm, diameter_mm, kinds }: LesionMark): string {
  if (!center_mm) return kinds.join(", ").toLowerCase();
  const size = diameter_mm ? `${diameter_mm.toFixed(1)} mm at ` : "at ";
  return `${size}${center_mm.map((value) => value.toFixed(1)).join(", ")}`;
}

function apartText({ marks, largest_distance_mm, smallest_iou }: Lesion): string {
  if (marks.length < 2) return "–";
  const distance = largest_distance_mm === null ? "not comparable" : `${largest_distance_mm.toFixed(1)} mm`;
  return smallest_iou === null ? distance : `${distance}, IoU ${smallest_iou.toFixed(2)}`;
}
