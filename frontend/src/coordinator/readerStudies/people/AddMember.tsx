import { Button, Group, Select } from "@mantine/core";
import { useState } from "react";
import type { Member } from "@/api/readerStudies";
import type { Role } from "@/api/types";
import { PersonSelect } from "./PersonSelect";
import { ROLE_TEXTS, ROLES } from "./roles";

interface AddMemberProps {
  isLaunched: boolean;
  isPending: boolean;
  members: Member[];
  onAdd: (member: { user_id: string; role: Role }) => void;
}

/** Finds an account by name and gives it a role. */
export function AddMember({ isLaunched, isPending, members, onAdd }: AddMemberProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [role, setRole] = useState<Role>(isLaunched ? "ADJUDICATOR" : "READER");
  const taken = new Set(members.filter((member) => member.role === role).map((member) => member.user_id));
  const add = () => {
    if (chosen === null) return;
    onAdd({ user_id: chosen, role });
    setChosen(null);
  };
  return (
    <Group gap="sm" align="flex-end">
      <PersonSelect chosen={chosen} taken={taken} onChoose={setChosen} />
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
  );
}
