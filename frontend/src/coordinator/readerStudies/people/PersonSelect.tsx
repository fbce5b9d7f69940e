import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { peopleQuery } from "@/api/people";
import { ErrorNotice } from "@/ui/ErrorNotice";

const TYPING_PAUSE_MS = 250;

interface PersonSelectProps {
  chosen: string | null;
  /** People who are not offered. */
  taken: ReadonlySet<string>;
  onChoose: (userId: string | null) => void;
}

/** Finds an account by name. */
export function PersonSelect({ chosen, taken, onChoose }: PersonSelectProps) {
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, TYPING_PAUSE_MS);
  const people = useQuery(peopleQuery(asked));
  const choices = (people.data ?? [])
    .filter((person) => !taken.has(person.id))
    .map((person) => ({
      value: person.id,
      label: person.name ? `${person.name} (${person.username})` : person.username,
    }));
  return (
    <>
      {people.error && <ErrorNotice error={people.error} title="People cannot be searched" />}
      <Select
        w={340}
        label="Person"
        placeholder="Type a name"
        searchable
        data={choices}
        // The portal has searched already; searching its answer again would hide matches.
        filter={({ options }) => options}
        nothingFoundMessage="Nobody by that name. Invite them by e-mail before the launch, or ask the site administrator for an account."
        searchValue={search}
        onSearchChange={setSearch}
        value={chosen}
        onChange={onChoose}
      />
    </>
  );
}
