import { ActionIcon, Group, Text } from "@mantine/core";
import type { CodeList } from "@/api/codeLists";

interface CodeListRowsProps {
  title: string;
  lists: CodeList[] | undefined;
  onRemove?: (id: string) => void;
}

/** Lists of codes by name, each with how many it holds. */
export function CodeListRows({ title, lists, onRemove }: CodeListRowsProps) {
  return (
    <section aria-label={title}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {lists?.length === 0 && (
        <Text size="xs" c="dimmed">
          None.
        </Text>
      )}
      {lists?.map(({ id, name, number_of_codes }) => (
        <Group key={id} gap="xs">
          <Text size="sm">
            {name}: {number_of_codes} codes
          </Text>
          {onRemove && (
            <ActionIcon
              size="sm"
              variant="default"
              aria-label={`Remove the list ${name}`}
              onClick={() => onRemove(id)}
            >
              ×
            </ActionIcon>
          )}
        </Group>
      ))}
    </section>
  );
}
