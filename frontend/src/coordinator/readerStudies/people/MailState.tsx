import { Text } from "@mantine/core";
import type { StudyMail } from "@/api/invitations";
import { dateTime } from "@/ui/times";

/** What has become of a mail; of one that failed the reason, and when it is tried again. */
export function MailState({ mail }: { mail: StudyMail | null }) {
  if (!mail) return <>link handed over by hand</>;
  if (mail.state === "SUCCEEDED") return <>sent {dateTime(mail.finished_at)}</>;
  if (mail.state === "CANCELLED") return <>not sent: no longer wanted</>;
  if (mail.state !== "FAILED") return <>being sent</>;
  return (
    <>
      <Text size="sm" c="red.4">
        Not sent. {mail.error_detail}
      </Text>
      <Text size="xs" c="dimmed">
        {mail.next_try_at ? `Tried again ${dateTime(mail.next_try_at)}.` : "It is not tried again by itself."}
      </Text>
    </>
  );
}

/** Said wherever mails would be sent. */
export function NoMail({ children }: { children: string }) {
  return (
    <Text size="sm" c="yellow.4">
      Mail is not configured on this portal. {children}
    </Text>
  );
}
