import { Badge, Group, Tooltip } from "@mantine/core";
import type { Badge as ImageBadge } from "./badges";

/** How the image is shown, one word each; the sentence comes when the pointer rests on it. */
export function ImageBadges({ badges }: { badges: ImageBadge[] }) {
  return (
    <Group gap={4} data-testid="image-badges">
      {badges.map(({ word, text }) => (
        <Tooltip key={word} label={text} openDelay={200} multiline maw={280} withArrow>
          <Badge
            size="xs"
            radius="sm"
            variant="default"
            tt="none"
            fw={500}
            style={{ pointerEvents: "auto", opacity: 0.85, cursor: "help" }}
            aria-label={text}
          >
            {word}
          </Badge>
        </Tooltip>
      ))}
    </Group>
  );
}
