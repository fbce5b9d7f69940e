import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { moveQuery } from "@/api/dataQueries";
import { readerStudyKey } from "@/api/readerStudies";
import { type ManagedQuery, type QueryState, subjectOf } from "@/domain/dataQueries";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { QueryThread } from "@/ui/QueryThread";
import { WordsForm } from "@/ui/WordsForm";

const LOOKS: Record<QueryState, { color: string; text: string }> = {
  OPEN: { color: "yellow", text: "waits for the reader" },
  ANSWERED: { color: "teal", text: "answered" },
  CLOSED: { color: "gray", text: "closed" },
};

interface ManagedQueryCardProps {
  readerStudyId: string;
  query: ManagedQuery;
  /** What stands beside the subject: the way to the read, say. */
  about?: ReactNode;
}

/** One query with all that was said, and what the coordinator can do with it. */
export function ManagedQueryCard({ readerStudyId, query, about }: ManagedQueryCardProps) {
  const client = useQueryClient();
  const moving = useMutation({
    mutationFn: (body: Parameters<typeof moveQuery>[1]) => moveQuery(query.id, body),
    onSettled: () => client.invalidateQueries({ queryKey: readerStudyKey(readerStudyId) }),
  });
  const isClosed = query.state === "CLOSED";
  const event = isClosed ? "REOPEN" : "CLOSE";
  return (
    <Paper withBorder p="sm" component="article" data-query-state={query.state}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Group gap="xs">
            <Text size="sm" fw={600}>
              Query {query.number} about {subjectOf(query)}
            </Text>
            <Badge size="sm" variant="light" radius="sm" color={LOOKS[query.state].color}>
              {LOOKS[query.state].text}
            </Badge>
            {about}
          </Group>
          <Button
            size="compact-sm"
            variant="default"
            loading={moving.isPending}
            aria-label={`${isClosed ? "Reopen" : "Close"} query ${query.number} about ${query.case}`}
            onClick={() => moving.mutate({ event, text: "" })}
          >
            {isClosed ? "Reopen" : "Close"}
          </Button>
        </Group>
        <QueryThread query={query} you="COORDINATOR" />
        {moving.error && <ErrorNotice error={moving.error} title="Not done" />}
        {!isClosed && (
          <WordsForm
            label={`Ask further about query ${query.number}`}
            send="Ask further"
            isPending={moving.isPending}
            onSend={(text) => moving.mutateAsync({ event: "ASK", text })}
          />
        )}
      </Stack>
    </Paper>
  );
}
