import { Button, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type ApiToken, revokeToken, TOKENS_KEY, tokensQuery } from "@/api/people";
import { meQuery } from "@/api/queries";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { CreateToken } from "./CreateToken";

/** The person's own account: password and API tokens. */
export function AccountScreen() {
  const { data: me } = useQuery(meQuery);
  return (
    <Screen title="Your account" about={me && `${me.name || me.username} · signed in as ${me.username}`}>
      <Section
        title="Password"
        actions={
          <Button component="a" href="/accounts/password" variant="default">
            Change password
          </Button>
        }
      >
        <Text size="sm">Changing it signs you out everywhere else.</Text>
      </Section>
      <Section
        title="Keys, mouse and windows"
        actions={
          <Button component={Link} to="/account/preferences" variant="default">
            Change keys and mouse
          </Button>
        }
      >
        <Text size="sm">
          How you read: hotkeys, mouse buttons, window presets. They follow you to every computer.
        </Text>
      </Section>
      <Section
        title="API tokens"
        about="A token lets a program act as you, within its scope, until it expires or you revoke it."
      >
        <CreateToken />
        <TokenTable />
      </Section>
    </Screen>
  );
}

function TokenTable() {
  const { data: tokens, error, refetch } = useQuery(tokensQuery);
  const [revoked, setRevoked] = useState<ApiToken | null>(null);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!tokens) return <LoadingScreen />;
  if (tokens.length === 0) {
    return (
      <EmptyState title="No token yet">
        Make one to pull labels or post predictions from a program.
      </EmptyState>
    );
  }
  return (
    <>
      <Table aria-label="API tokens">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>Scope</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td>{token.name}</Table.Td>
              <Table.Td ff="monospace">{token.prefix}…</Table.Td>
              <Table.Td>{token.scope === "READ" ? "read only" : "read and write"}</Table.Td>
              <Table.Td>{dateTime(token.expires_at)}</Table.Td>
              <Table.Td>{token.last_used_at ? dateTime(token.last_used_at) : "never"}</Table.Td>
              <Table.Td ta="right">
                <Button variant="subtle" color="red" size="compact-xs" onClick={() => setRevoked(token)}>
                  Revoke
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {revoked && <RevokeModal token={revoked} onClose={() => setRevoked(null)} />}
    </>
  );
}

function RevokeModal({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const queryClient = useQueryClient();
  const revoking = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: TOKENS_KEY });
      onClose();
    },
  });
  return (
    <ConfirmModal
      opened
      title={`Revoke "${token.name}"?`}
      confirm="Revoke"
      isDangerous
      isPending={revoking.isPending}
      error={revoking.error}
      onConfirm={() => revoking.mutate()}
      onClose={onClose}
    >
      <Text size="sm">Programs that use it are refused from then on.</Text>
    </ConfirmModal>
  );
}
