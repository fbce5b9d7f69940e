import { Button, Group, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { historyQuery, reopenRead } from "@/api/history";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";

/** Giving a signed read back to its reader: only with a reason, which stays with the signature. */
export function ReopenForm({ readId }: { readId: string }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const reopen = useMutation({
    mutationFn: () => reopenRead(readId, reason),
    onSuccess: () => client.invalidateQueries(historyQuery(readId)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== "") reopen.mutate();
  };
  return (
    <Section
      title="Reopen"
      about="The reader gets the read back as a draft of what was signed. The signature stays, and counts until there is a newer one."
    >
      {reopen.error && <ErrorNotice error={reopen.error} title="Not reopened" />}
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput
            flex={1}
            label="Reason"
            placeholder="Why the reader should look again; the reader sees it"
            value={reason}
            maxLength={1000}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" color="yellow" disabled={reason.trim() === ""} loading={reopen.isPending}>
            Reopen the read
          </Button>
        </Group>
      </form>
    </Section>
  );
}
