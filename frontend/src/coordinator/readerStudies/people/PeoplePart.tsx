import { ActionIcon, List, Select, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Member, membersQuery, putMembers } from "@/api/readerStudies";
import type { Role } from "@/api/types";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { mayJoin, type PartProps, useStudyChange } from "../parts";
import { WithdrawalList } from "../withdrawals/WithdrawalList";
import { AddMember } from "./AddMember";
import { InvitationsSection } from "./InvitationsSection";
import { LateReader } from "./LateReader";
import { ReadersSection } from "./ReadersSection";
import { RemindersSection } from "./RemindersSection";
import { ROLE_TEXTS, ROLES } from "./roles";
import { TermsSection } from "./TermsSection";
import { VacanciesSection } from "./VacanciesSection";

const WATCH_MS = 10_000;

type MemberRow = Pick<Member, "user_id" | "role">;

/** Who takes part, as what and when. Each change is stored at once. */
export function PeoplePart({ readerStudy }: PartProps) {
  const isDraft = readerStudy.state === "DRAFT";
  return (
    <Stack gap="lg">
      {isDraft && <MembersSection readerStudy={readerStudy} />}
      <ReadersSection readerStudy={readerStudy} />
      {!isDraft && <VacanciesSection readerStudy={readerStudy} />}
      <InvitationsSection readerStudy={readerStudy} />
      {!isDraft && <RemindersSection readerStudy={readerStudy} />}
      {mayJoin(readerStudy) && <LateReader readerStudy={readerStudy} />}
      <WithdrawalList readerStudyId={readerStudy.id} kind="READER" />
      <TermsSection readerStudy={readerStudy} />
      {!isDraft && <MembersSection readerStudy={readerStudy} />}
    </Stack>
  );
}

function MembersSection({ readerStudy }: PartProps) {
  const {
    data: members,
    error,
    refetch,
  } = useQuery({
    ...membersQuery(readerStudy.id),
    // Who accepts an invitation joins while the page is open.
    refetchInterval: WATCH_MS,
  });
  const saving = useStudyChange(readerStudy.id, (rows: MemberRow[]) =>
    putMembers(readerStudy.id, rows, members ?? []),
  );
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!members) return <LoadingScreen />;
  const isLaunched = readerStudy.state !== "DRAFT";
  return (
    <Section
      title="People"
      about={
        isLaunched
          ? "Who reads since the launch stays; other roles can still be given and taken."
          : "Readers see only their own cases and labels. Changes are stored at once."
      }
    >
      {saving.error && (
        <ErrorNotice
          error={saving.error}
          title="The change was not made"
          onRetry={() => void refetch().then(saving.reset)}
        />
      )}
      <AddMember
        isLaunched={isLaunched}
        isPending={saving.isPending}
        members={members}
        onAdd={(member) => saving.mutate([...members, member])}
      />
      <MemberTable
        members={members}
        isLaunched={isLaunched}
        isPending={saving.isPending}
        onChange={(rows) => saving.mutate(rows)}
      />
      <List size="sm" c="dimmed">
        {ROLES.map((role) => (
          <List.Item key={role}>
            <Text span fw={600} size="sm">
              {ROLE_TEXTS[role].name}
            </Text>{" "}
            {ROLE_TEXTS[role].about}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

interface MemberTableProps {
  members: Member[];
  isLaunched: boolean;
  isPending: boolean;
  onChange: (members: MemberRow[]) => void;
}

function MemberTable({ members, isLaunched, isPending, onChange }: MemberTableProps) {
  const choices = ROLES.map((role) => ({
    value: role,
    label: ROLE_TEXTS[role].name,
    disabled: isLaunched && role === "READER",
  }));
  return (
    <Table aria-label="Members">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Account</Table.Th>
          <Table.Th w={200}>Role</Table.Th>
          <Table.Th w={50} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {members.map((member, index) => {
          const isFixed = isPending || (isLaunched && member.role === "READER");
          return (
            <Table.Tr key={`${member.user_id} ${member.role}`}>
              <Table.Td>{member.name || member.username}</Table.Td>
              <Table.Td>{member.username}</Table.Td>
              <Table.Td>
                <Select
                  aria-label={`Role of ${member.username}`}
                  data={choices}
                  value={member.role}
                  allowDeselect={false}
                  disabled={isFixed}
                  onChange={(role) =>
                    role && onChange(members.with(index, { ...member, role: role as Role }))
                  }
                />
              </Table.Td>
              <Table.Td>
                <ActionIcon
                  variant="default"
                  aria-label={`Remove ${member.username}`}
                  disabled={isFixed}
                  onClick={() => onChange(members.toSpliced(index, 1))}
                >
                  ×
                </ActionIcon>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
