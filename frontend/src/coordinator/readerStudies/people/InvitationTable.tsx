import { Badge, Button, Group, Table } from "@mantine/core";
import type { Invitation } from "@/api/invitations";
import { onFirstClick } from "@/ui/firstClick";
import { dateTime } from "@/ui/times";
import { MailState } from "./MailState";
import { ROLE_TEXTS } from "./roles";

interface InvitationTableProps {
  invitations: Invitation[];
  isMailConfigured: boolean;
  isFixed: boolean;
  onResend: (id: string) => void;
  onRevoke: (id: string) => void;
}

const COLOURS = { PENDING: "blue", ACCEPTED: "green", EXPIRED: "yellow", REVOKED: "gray" };

/** Each invitation, how it stands, and what has become of its mail. */
export function InvitationTable(props: InvitationTableProps) {
  return (
    <Table aria-label="Invitations" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Address</Table.Th>
          <Table.Th>Invited as</Table.Th>
          <Table.Th>Stands</Table.Th>
          <Table.Th>Mail</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {props.invitations.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} {...props} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function InvitationRow({
  invitation,
  isMailConfigured,
  isFixed,
  onResend,
  onRevoke,
}: InvitationTableProps & { invitation: Invitation }) {
  const { id, email, role, state, mail } = invitation;
  const again = isMailConfigured ? "Send again" : "New link";
  return (
    <Table.Tr>
      <Table.Td>{email}</Table.Td>
      <Table.Td>{ROLE_TEXTS[role].name}</Table.Td>
      <Table.Td>
        <Badge color={COLOURS[state]} variant="light" radius="sm" mr="xs">
          {state.toLowerCase()}
        </Badge>
        {since(invitation)}
      </Table.Td>
      <Table.Td>{(state === "PENDING" || mail?.state === "SUCCEEDED") && <MailState mail={mail} />}</Table.Td>
      <Table.Td>
        {(state === "PENDING" || state === "EXPIRED") && (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            <Button
              size="compact-xs"
              variant="default"
              disabled={isFixed}
              aria-label={`${again}: ${email}`}
              onClick={onFirstClick(() => onResend(id))}
            >
              {again}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              disabled={isFixed}
              aria-label={`Revoke the invitation of ${email}`}
              onClick={onFirstClick(() => onRevoke(id))}
            >
              Revoke
            </Button>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function since({ state, accepted_at, accepted_by, revoked_at, expires_at }: Invitation): string {
  switch (state) {
    case "ACCEPTED":
      return `by ${accepted_by}, ${dateTime(accepted_at)}`;
    case "REVOKED":
      return dateTime(revoked_at);
    case "EXPIRED":
      return dateTime(expires_at);
    default:
      return `until ${dateTime(expires_at)}`;
  }
}
