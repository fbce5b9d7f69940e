import { Button, Group, MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Poster, postersQuery, putPosters } from "@/api/ai";
import { peopleQuery } from "@/api/people";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";

const TYPING_PAUSE_MS = 250;

/** Which accounts may post predictions of an AI model without managing AI. */
export function PostersSection({ aiModelId }: { aiModelId: string }) {
  const { data: posters, error, refetch } = useQuery(postersQuery(aiModelId));
  return (
    <Section
      title="Who may post predictions"
      about="Besides those who build reader studies: accounts of programs, say. They see nothing of AI, and none of them can be a reader."
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!posters && !error && <LoadingScreen />}
      {posters && (
        <Posters key={posters.map((one) => one.id).join()} aiModelId={aiModelId} posters={posters} />
      )}
    </Section>
  );
}

function Posters({ aiModelId, posters }: { aiModelId: string; posters: Poster[] }) {
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState(posters.map((poster) => poster.id));
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, TYPING_PAUSE_MS);
  const people = useQuery(peopleQuery(asked));
  const storing = useMutation({
    mutationFn: () => putPosters(aiModelId, chosen),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: postersQuery(aiModelId).queryKey }),
  });
  const known = new Map([...posters, ...(people.data ?? [])].map((person) => [person.id, person.username]));
  const isChanged = chosen.join() !== posters.map((poster) => poster.id).join();
  return (
    <>
      <Group gap="sm" align="flex-end">
        <MultiSelect
          w={520}
          label="Accounts"
          placeholder="Type a name"
          searchable
          hidePickedOptions
          data={[...known].map(([value, label]) => ({ value, label }))}
          searchValue={search}
          onSearchChange={setSearch}
          value={chosen}
          onChange={setChosen}
        />
        <Button disabled={!isChanged} loading={storing.isPending} onClick={() => storing.mutate()}>
          Save
        </Button>
      </Group>
      {storing.error && <ErrorNotice error={storing.error} title="Not saved" />}
    </>
  );
}
