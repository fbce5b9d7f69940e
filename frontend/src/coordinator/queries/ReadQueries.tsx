import { Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askAboutRead, dataQueriesQuery } from "@/api/dataQueries";
import { readerStudyKey } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { WordsForm } from "@/ui/WordsForm";
import { ManagedQueryCard } from "./ManagedQueryCard";

interface ReadQueriesProps {
  readerStudyId: string;
  readId: string;
  questions: { key: string; text: string }[];
}

/** What was asked about one read, and asking more. */
export function ReadQueries({ readerStudyId, readId, questions }: ReadQueriesProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(dataQueriesQuery(readerStudyId, { read: readId, state: "" }));
  const [question, setQuestion] = useState("");
  const asking = useMutation({
    mutationFn: (text: string) => askAboutRead(readId, { text, question }),
    onSuccess: () => setQuestion(""),
    onSettled: () => client.invalidateQueries({ queryKey: readerStudyKey(readerStudyId) }),
  });
  return (
    <Section
      title="Queries"
      about="The reader sees what you ask on the worklist and in the read, and nothing of other readers. An answer never changes the read; to have it changed, reopen it."
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <Stack gap="sm">
        {data?.map((query) => (
          <ManagedQueryCard key={query.id} readerStudyId={readerStudyId} query={query} />
        ))}
        {data?.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing has been asked about this read.
          </Text>
        )}
      </Stack>
      {asking.error && <ErrorNotice error={asking.error} title="Not asked" />}
      <Group align="flex-end" wrap="nowrap">
        <NativeSelect
          size="xs"
          w={260}
          label="About"
          value={question}
          data={[
            { value: "", label: "The read as a whole" },
            ...questions.map(({ key, text }) => ({ value: key, label: text })),
          ]}
          onChange={(event) => setQuestion(event.currentTarget.value)}
        />
        <div style={{ flex: 1 }}>
          <WordsForm
            label="Ask the reader"
            send="Ask"
            isPending={asking.isPending}
            onSend={asking.mutateAsync}
          />
        </div>
      </Group>
    </Section>
  );
}
