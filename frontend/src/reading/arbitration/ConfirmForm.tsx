import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { arbitrationQuery, confirmArbitration, READS_CHANGED } from "@/api/arbitration";
import { Problem } from "@/api/problem";
import type { Read } from "@/api/reading";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "./Arbitration.module.css";

/** Lets a signed arbitration stand over reads that have changed since. */
export function ConfirmForm({ read }: { read: Pick<Read, "id" | "role"> }) {
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const confirming = useMutation({
    mutationFn: () => confirmArbitration(read.id, { reason, password }),
    onSuccess: (shown) => {
      queries.setQueryData(arbitrationQuery(read).queryKey, shown);
      return queries.invalidateQueries({ queryKey: ["reader-studies"] });
    },
    onError: (error) => {
      if (!(error instanceof Problem && error.code === READS_CHANGED)) return;
      return queries.invalidateQueries({ queryKey: arbitrationQuery(read).queryKey });
    },
    onSettled: () => setPassword(""),
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    confirming.mutate();
  };
  return (
    <form className={classes.confirm} onSubmit={onSubmit}>
      <TextInput
        size="xs"
        label="Why it stands"
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <PasswordInput
        size="xs"
        label="Password to confirm"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {confirming.error && <ErrorNotice error={confirming.error} title="It was not confirmed" />}
      <Button
        size="xs"
        type="submit"
        loading={confirming.isPending}
        disabled={reason.trim() === "" || password === ""}
      >
        Confirm my read
      </Button>
    </form>
  );
}
