import { Group, Pagination, Text } from "@mantine/core";
import type { Page } from "@/domain/pages";

interface PageBarProps {
  page: Page<unknown>;
  total: number;
  /** What the rows are, for example "cases". */
  of: string;
  onPage: (number: number) => void;
}

/** The way through a long list; nothing where one page holds it all. */
export function PageBar({ page, total, of, onPage }: PageBarProps) {
  if (page.count === 1) return null;
  return (
    <Group component="nav" gap="sm" aria-label={`Pages of ${of}`}>
      <Pagination
        size="sm"
        value={page.number}
        total={page.count}
        onChange={onPage}
        getControlProps={(control) => ({ "aria-label": `${WORDS[control]} page` })}
        getItemProps={(number) => ({ "aria-label": `Page ${number}` })}
      />
      <Text size="sm" c="dimmed" role="status">
        {page.before + 1}–{page.before + page.rows.length} of {total} {of}
      </Text>
    </Group>
  );
}

const WORDS = { first: "First", previous: "Previous", next: "Next", last: "Last" };
