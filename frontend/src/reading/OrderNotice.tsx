import { Text } from "@mantine/core";
import type { OwnSession } from "@/api/designs";

/** Where the protocol has the AI order the worklist, its readers are told. */
export function OrderNotice({ sessions }: { sessions: OwnSession[] }) {
  const ordered = sessions.filter(({ is_ordered_by_ai }) => is_ordered_by_ai);
  if (ordered.length === 0) return null;
  const where =
    sessions.length === ordered.length ? "" : `Session ${ordered.map(({ number }) => number).join(", ")}: `;
  return (
    <Text size="sm" c="dimmed" role="note" px="md" py={6}>
      {where}Most urgent first, ordered by AI.
    </Text>
  );
}
