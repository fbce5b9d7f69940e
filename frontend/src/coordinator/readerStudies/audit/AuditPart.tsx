import { Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { auditQuery } from "@/api/audit";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import type { PartProps } from "../parts";
import { AuditFilters, EVERYTHING } from "./AuditFilters";
import { CheckState } from "./CheckState";
import { EventTable } from "./EventTable";

/** The audit trail of a reader study. */
export function AuditPart({ readerStudy }: PartProps) {
  const [filter, setFilter] = useState(EVERYTHING);
  const trail = useInfiniteQuery(auditQuery(readerStudy.id, filter));
  const events = trail.data?.pages.flatMap((page) => page.results);
  return (
    <Stack gap="lg">
      <CheckState readerStudyId={readerStudy.id} />
      <Section
        title="Events"
        about="Every write, and every view of images, results and truth. Times of days are UTC in the filter. Newest first."
      >
        <AuditFilters readerStudyId={readerStudy.id} filter={filter} onFilter={setFilter} />
        {trail.error && <ErrorNotice error={trail.error} onRetry={() => void trail.refetch()} />}
        {trail.isPending && <LoadingScreen />}
        {events?.length === 0 && (
          <EmptyState title="Nothing like that">No event fits these filters.</EmptyState>
        )}
        {events !== undefined && events.length > 0 && (
          <>
            <EventTable events={events} onObject={(object_id) => setFilter({ ...EVERYTHING, object_id })} />
            <Group>
              <Text size="sm" c="dimmed">
                {events.length} events shown{trail.hasNextPage ? "" : ", these are all"}
              </Text>
              {trail.hasNextPage && (
                <Button
                  variant="default"
                  loading={trail.isFetchingNextPage}
                  onClick={() => void trail.fetchNextPage()}
                >
                  Older ones
                </Button>
              )}
            </Group>
          </>
        )}
      </Section>
    </Stack>
  );
}
