import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Said where a list is empty: what would be here and what to do about it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={48}>
      <Text fw={600}>{title}</Text>
      <Text c="dimmed" size="sm" ta="center" maw={460}>
        {children}
      </Text>
    </Stack>
  );
}
