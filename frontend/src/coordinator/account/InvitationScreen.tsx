import { Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type InvitationSeen, invitationSeenQuery } from "@/api/invitations";
import { Problem } from "@/api/problem";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { AcceptForm } from "./AcceptForm";

const ASKED = { READER: "to read its cases", ADJUDICATOR: "to judge disagreements between its readers" };

/** The page behind the link of an invitation, for people who may have no account yet. */
export function InvitationScreen() {
  // Behind `#`, which browsers send to no server.
  const [token] = useState(() => window.location.hash.slice(1));
  const { data, error, refetch } = useQuery({ ...invitationSeenQuery(token), enabled: token !== "" });
  return (
    <Center mih="100vh" p="md">
      <Paper component="main" withBorder p="xl" w={520} maw="100%">
        <Stack gap="md">
          <Title order={2}>Overread</Title>
          {token === "" && <Text>Open the whole link of your invitation, up to its last character.</Text>}
          {error && <Refusal error={error} onRetry={() => void refetch()} />}
          {token !== "" && !data && !error && <LoadingScreen />}
          {data && <Invited token={token} seen={data} />}
        </Stack>
      </Paper>
    </Center>
  );
}

function Refusal({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const isFinal = error instanceof Problem && error.status === 404;
  if (isFinal) return <Text role="alert">{error.message}</Text>;
  return <ErrorNotice error={error} title="The invitation cannot be opened" onRetry={onRetry} />;
}

function Invited({ token, seen }: { token: string; seen: InvitationSeen }) {
  return (
    <>
      <div>
        <Text>
          {seen.coordinator_name} invites {seen.email} {ASKED[seen.role]}:
        </Text>
        <Title order={3} mt="xs">
          {seen.reader_study_name}
        </Title>
      </div>
      <AcceptForm token={token} expiresAt={seen.expires_at} />
    </>
  );
}
