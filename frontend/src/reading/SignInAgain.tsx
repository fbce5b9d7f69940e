import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { signInAgain } from "@/api/session";
import type { Me } from "@/api/types";
import classes from "./ReadingRoom.module.css";
import type { ReadSessionHandle } from "./useReadSession";

interface SignInAgainProps {
  handle: ReadSessionHandle;
  me: Me;
  kept: string;
}

const TOO_MANY_REQUESTS = 429;

/** The session has ended in mid-read: the password here, and the read goes on where it was. */
export function SignInAgain({ handle, me, kept }: SignInAgainProps) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => signInAgain(me.id, password),
    onSuccess: () => {
      handle.save({ type: "noticed", obstacle: null });
      // What the images or the AI panel asked for meanwhile.
      void client.refetchQueries({ predicate: (query) => query.state.status === "error" });
    },
    onSettled: () => setPassword(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password !== "") signIn.mutate();
  };
  return (
    <form className={`${classes.banner} ${classes.warning}`} aria-label="Sign in again" onSubmit={submit}>
      <span role="alert">Your session has ended. {kept} Sign in again to go on.</span>
      <PasswordInput
        size="xs"
        flex={1}
        miw={150}
        aria-label={`Password of ${me.username}`}
        placeholder={`Password of ${me.username}`}
        autoComplete="current-password"
        value={password}
        error={signIn.error ? failureText(signIn.error) : undefined}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" loading={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}

function failureText(error: Error): string {
  if (error instanceof Problem && error.status === TOO_MANY_REQUESTS)
    return "Too many wrong passwords. Try again in fifteen minutes; your work is kept meanwhile.";
  return error.message;
}
