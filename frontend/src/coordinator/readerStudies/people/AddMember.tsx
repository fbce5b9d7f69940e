import { Button, Group, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { peopleQuery } from "@/api/people";
import type { Member } from "@/api/readerStudies";
import type { Role } from "@/api/types";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { ROLE_TEXTS, ROLES } from "./roles";

const TYPING_PAUSE_MS = 250;

interface AddMemberProps {
  isLaunched: boolean;
  isPending: boolean;
  members: Member[];
  onAdd: (member: { user_id: string; role: Role }) => void;
}

/** Finds an account by name and gives it a role. */
export function AddMember({ isLaunched, isPending, members, onAdd }: AddMemberProps) {
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [role, setRole] = useState<Role>(isLaunched ? "ADJUDICATOR" : "READER");
  const [asked] = useDebouncedValue(search, TYPING_PAUSE_MS);
  const people = useQuery(peopleQuery(asked));
  const taken = new Set(members.filter((member) => member.role === role).map((member) => member.user_id));
  const choices = (people.data ?? [])
    .filter((person) => !taken.has(person.id))
    .map((person) => ({
      value: person.id,
      label: person.name ? `${person.name} (${person.username})` : person.username,
    }));
  const add = () => {
    if (chosen === null) return;
    onAdd({ user_id: chosen, role });
    setChosen(null);
    setSearch("");
  };
  return (
    <>
      {people.error && <ErrorNotice error={people.error} title="People cannot be searched" />}
      <Group gap="sm" align="flex-end">
        <Select
          w={340}
          label="Person"
          placeholder="Type a name"
          searchable
          data={choices}
          // The portal has searched already; searching its answer again would hide matches.
          filter={({ options }) => options}
          nothingFoundMessage="Nobody by that name. Invite them by e-mail, under Invitations."
          searchValue={search}
          onSearchChange={setSearch}
          value={chosen}
          onChange={setChosen}
        />
        <Select
          w={170}
          label="Role"
          data={ROLES.map((value) => ({
            value,
            label: ROLE_TEXTS[value].name,
            disabled: isLaunched && value === "READER",
          }))}
          value={role}
          allowDeselect={false}
          onChange={(value) => value && setRole(value as Role)}
        />
        <Button disabled={chosen === null} loading={isPending} onClick={add}>
          Add
        </Button>
      </Group>
    </>
  );
}
