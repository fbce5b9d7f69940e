import { Button, Table, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { peopleQuery } from "@/api/people";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { CreatePersonModal } from "./CreatePersonModal";

const TYPING_PAUSE_MS = 250;

/** The site administrator's list of accounts. */
export function PeopleScreen() {
  const [search, setSearch] = useState("");
  const [isCreating, setCreating] = useState(false);
  const [asked] = useDebouncedValue(search, TYPING_PAUSE_MS);
  const { data: people, error, refetch } = useQuery(peopleQuery(asked));
  return (
    <Screen
      title="People"
      about="Accounts of this portal. Roles are given in each reader study."
      actions={<Button onClick={() => setCreating(true)}>New account</Button>}
    >
      <TextInput
        w={320}
        type="search"
        placeholder="Search name or account"
        aria-label="Search people"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!people && !error && <LoadingScreen />}
      {people?.length === 0 && <EmptyState title="Nobody matches">Search for less.</EmptyState>}
      {people && people.length > 0 && (
        <Table aria-label="People" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Account</Table.Th>
              <Table.Th>May create reader studies</Table.Th>
              <Table.Th>Kind</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.map((person) => (
              <Table.Tr key={person.id}>
                <Table.Td>{person.name || "–"}</Table.Td>
                <Table.Td>{person.username}</Table.Td>
                <Table.Td>{person.may_create_reader_studies ? "yes" : "no"}</Table.Td>
                <Table.Td>{person.is_program ? "program" : "person"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {isCreating && <CreatePersonModal onClose={() => setCreating(false)} />}
    </Screen>
  );
}
