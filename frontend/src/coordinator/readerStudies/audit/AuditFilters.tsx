import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { AuditFilter } from "@/api/audit";
import { membersQuery } from "@/api/readerStudies";
import { ACTION_WORDS } from "./eventWords";

export const EVERYTHING: AuditFilter = { person: "", action: "", object_id: "", since: "", until: "" };

interface AuditFiltersProps {
  readerStudyId: string;
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}

/** Person, action, object and dates; each narrows what is listed. */
export function AuditFilters({ readerStudyId, filter, onFilter }: AuditFiltersProps) {
  const members = useQuery(membersQuery(readerStudyId));
  const people = new Map((members.data ?? []).map((one) => [one.user_id, one.name || one.username]));
  const set = (change: Partial<AuditFilter>) => onFilter({ ...filter, ...change });
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect
        size="xs"
        label="Person"
        value={filter.person}
        data={[{ value: "", label: "Everybody" }, ...[...people].map(([value, label]) => ({ value, label }))]}
        onChange={(event) => set({ person: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="Action"
        value={filter.action}
        data={[
          { value: "", label: "Everything" },
          ...Object.entries(ACTION_WORDS).map(([value, label]) => ({ value, label })),
        ]}
        onChange={(event) => set({ action: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        label="Object"
        placeholder="identifier"
        value={filter.object_id}
        onChange={(event) => set({ object_id: event.currentTarget.value.trim() })}
      />
      <TextInput
        size="xs"
        label="From"
        type="date"
        value={filter.since.slice(0, 10)}
        onChange={(event) => set({ since: dayStart(event.currentTarget.value, 0) })}
      />
      <TextInput
        size="xs"
        label="To"
        type="date"
        value={filter.until === "" ? "" : dayBefore(filter.until)}
        onChange={(event) => set({ until: dayStart(event.currentTarget.value, 1) })}
      />
      <Button size="xs" variant="default" onClick={() => onFilter(EVERYTHING)}>
        Clear
      </Button>
    </Group>
  );
}

/** Midnight (UTC) of a day, or of the day after it: the end of a span is its first moment outside. */
function dayStart(day: string, later: number): string {
  if (day === "") return "";
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + later);
  return moment.toISOString();
}

function dayBefore(moment: string): string {
  return dayStart(moment.slice(0, 10), -1).slice(0, 10);
}
