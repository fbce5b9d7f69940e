import { Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { breakMask } from "@/api/masking";
import { readerStudyKey } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";

/** Why somebody has to see answers before the lock, and their password. */
export function BreakForm({ readerStudyId, onDone }: { readerStudyId: string; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const client = useQueryClient();
  const breaking = useMutation({
    mutationFn: () => breakMask(readerStudyId, { reason, password }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: readerStudyKey(readerStudyId) });
      onDone();
    },
    onSettled: () => setPassword(""),
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    breaking.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="xs" maw={460}>
        <TextInput
          label="Why the answers have to be seen now"
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {breaking.error && <ErrorNotice error={breaking.error} title="The mask stays" />}
        <Group gap="xs">
          <Button
            type="submit"
            size="xs"
            color="orange"
            loading={breaking.isPending}
            disabled={reason.trim() === "" || password === ""}
          >
            Break the mask
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            Leave it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
