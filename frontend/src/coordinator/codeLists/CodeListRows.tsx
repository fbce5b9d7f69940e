import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
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
      {lists?.map((list) => (
        <CodeListRow key={list.id} list={list} onRemove={onRemove} />
      ))}
    </section>
  );
}

/** A list is gone at once when it is removed, so that the row asks first. */
function CodeListRow({ list, onRemove }: { list: CodeList } & Pick<CodeListRowsProps, "onRemove">) {
  const { id, name, number_of_codes } = list;
  const [isAsking, setAsking] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isAsking) return;
    event.stopPropagation();
    setAsking(false);
  };
  return (
    <Group gap="xs" mih={28} onKeyDown={onKeyDown}>
      <Text size="sm">
        {name}: {number_of_codes} codes
      </Text>
      {onRemove && !isAsking && (
        <ActionIcon
          size="sm"
          variant="default"
          aria-label={`Remove the list ${name}`}
          onClick={() => setAsking(true)}
        >
          ×
        </ActionIcon>
      )}
      {onRemove && isAsking && (
        <>
          <Text size="sm" c="dimmed" role="status">
            Remove it? Forms keep the codes that they use.
          </Text>
          <Button
            size="compact-xs"
            color="red"
            aria-label={`Yes, remove ${name}`}
            onClick={() => {
              setAsking(false);
              onRemove(id);
            }}
          >
            Remove
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            autoFocus
            aria-label={`Keep ${name}`}
            onClick={() => setAsking(false)}
          >
            Keep
          </Button>
        </>
      )}
    </Group>
  );
}
