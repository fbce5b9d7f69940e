import { Anchor, Button, PasswordInput, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { acceptInvitation } from "@/api/invitations";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { dateTime } from "@/ui/times";

const SHORTEST_PASSWORD = 12;

/** Taking part with a new account or one they have; whoever does is signed in. */
export function AcceptForm({ token, expiresAt }: { token: string; expiresAt: string }) {
  const [isNew, setNew] = useState(true);
  const [username, setUsername] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accepting = useMutation({
    mutationFn: () =>
      acceptInvitation(token, { is_new_account: isNew, username: username.trim(), password, name }),
    // The link is used up: a reload is not to show a refusal.
    onSuccess: () => window.history.replaceState(null, "", "/invitation"),
  });
  const isReady = username.trim() !== "" && (isNew ? password.length >= SHORTEST_PASSWORD : password !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !accepting.isPending) accepting.mutate();
  };
  if (accepting.isSuccess) return <Joined />;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          The invitation can be used once, until {dateTime(expiresAt)}.
        </Text>
        <SegmentedControl
          fullWidth
          aria-label="Account"
          data={[
            { value: "new", label: "Make an account" },
            { value: "own", label: "I have an account" },
          ]}
          value={isNew ? "new" : "own"}
          onChange={(value) => setNew(value === "new")}
        />
        {accepting.error && <ErrorNotice error={accepting.error} title="You do not take part yet" />}
        <TextInput
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        {isNew && (
          <TextInput
            label="Your name"
            description="As the coordinator sees it; it may stay empty."
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <PasswordInput
          label="Password"
          description={isNew ? `At least ${SHORTEST_PASSWORD} characters, not a common one.` : undefined}
          autoComplete={isNew ? "new-password" : "current-password"}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" mt="xs" disabled={!isReady} loading={accepting.isPending}>
          {isNew ? "Make the account and take part" : "Sign in and take part"}
        </Button>
      </Stack>
    </form>
  );
}

function Joined() {
  return (
    <Stack gap="sm">
      <Text role="status">
        You take part, and are signed in. The reader study is on your worklist as soon as it is open; what you
        have to accept is asked there before the first case.
      </Text>
      {/* A new page: whatever was shown of another account goes. */}
      <Anchor href="/">Go to the worklist</Anchor>
    </Stack>
  );
}
