import {
  ActionIcon,
  Button,
  CopyButton,
  Group,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type HandedOut,
  type InvitedRole,
  invitationsQuery,
  invite,
  resendInvitation,
  revokeInvitation,
} from "@/api/invitations";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { onFirstClick } from "@/ui/firstClick";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import { InvitationTable } from "./InvitationTable";
import { NoMail } from "./MailState";
import { ROLE_TEXTS } from "./roles";

const INVITED_ROLES: InvitedRole[] = ["READER", "ADJUDICATOR"];

/** Asking people by mail to take part, and what has become of each invitation. */
export function InvitationsSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(invitationsQuery(readerStudy.id));
  const [links, setLinks] = useState<HandedOut[]>([]);
  const show = (rows: HandedOut[]) =>
    setLinks((shown) => [...rows, ...shown.filter((old) => rows.every((row) => row.id !== old.id))]);
  const resending = useStudyChange(
    readerStudy.id,
    (id: string) => resendInvitation(readerStudy.id, id),
    (row) => show([row]),
  );
  const revoking = useStudyChange(readerStudy.id, async (id: string) => {
    await revokeInvitation(readerStudy.id, id);
    setLinks((shown) => shown.filter((row) => row.id !== id));
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  const isOver = readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED";
  if (isOver && data.invitations.length === 0) return null;
  const refused = resending.error ?? revoking.error;
  return (
    <Section
      title="Invitations"
      about="Who is invited gets a link that works once, for 14 days, and signs in with an account they have or makes one. The mail names the reader study and you, no case."
    >
      {!data.is_mail_configured && (
        <NoMail>Hand the link over yourself: it is shown once, right after the invitation.</NoMail>
      )}
      {!isOver && <InviteForm readerStudy={readerStudy} onInvited={show} />}
      <LinkList rows={links.filter((row) => row.link !== null)} onHide={() => setLinks([])} />
      {refused && <ErrorNotice error={refused} title="The invitation stays as it was" />}
      {data.invitations.length > 0 && (
        <InvitationTable
          invitations={data.invitations}
          isMailConfigured={data.is_mail_configured}
          isFixed={isOver || resending.isPending || revoking.isPending}
          onResend={resending.mutate}
          onRevoke={revoking.mutate}
        />
      )}
    </Section>
  );
}

function InviteForm({ readerStudy, onInvited }: PartProps & { onInvited: (rows: HandedOut[]) => void }) {
  const isLaunched = readerStudy.state !== "DRAFT";
  const [text, setText] = useState("");
  const [role, setRole] = useState<InvitedRole>(isLaunched ? "ADJUDICATOR" : "READER");
  const emails = text.split(/[\s,;]+/).filter(Boolean);
  const inviting = useStudyChange(
    readerStudy.id,
    () => invite(readerStudy.id, emails, role),
    (rows) => {
      onInvited(rows);
      setText("");
    },
  );
  return (
    <>
      {inviting.error && <ErrorNotice error={inviting.error} title="Nobody was invited" />}
      <Group gap="sm" align="flex-end">
        <Textarea
          w={340}
          label="E-mail addresses"
          placeholder="One or more, on lines of their own"
          autosize
          minRows={1}
          maxRows={8}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          w={170}
          label="Invited as"
          data={INVITED_ROLES.map((value) => ({
            value,
            label: ROLE_TEXTS[value].name,
            disabled: isLaunched && value === "READER",
          }))}
          value={role}
          allowDeselect={false}
          onChange={(value) => value && setRole(value)}
        />
        <Button
          disabled={emails.length === 0}
          loading={inviting.isPending}
          onClick={onFirstClick(() => inviting.mutate(undefined))}
        >
          {emails.length > 1 ? `Invite ${emails.length} people` : "Invite"}
        </Button>
      </Group>
    </>
  );
}

function LinkList({ rows, onHide }: { rows: HandedOut[]; onHide: () => void }) {
  if (rows.length === 0) return null;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          Links to hand over. They are shown only now.
        </Text>
        <ActionIcon variant="default" aria-label="Hide the links" onClick={onHide}>
          ×
        </ActionIcon>
      </Group>
      {rows.map(({ id, email, link }) => (
        <Group key={id} gap="sm" wrap="nowrap" align="flex-end">
          <TextInput flex={1} size="xs" label={`Link for ${email}`} readOnly value={link ?? ""} />
          <CopyButton value={link ?? ""}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
        </Group>
      ))}
    </Stack>
  );
}
