import { Alert, Button, Code, CopyButton, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ApiToken, createToken, TOKENS_KEY } from "@/api/people";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";

const DAY_MS = 86_400_000;
const LIVES = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
];

/** Makes a token and shows its secret, this once. */
export function CreateToken() {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { name: "", scope: "READ", days: "90" },
    validate: { name: (name) => (name.trim() === "" ? "Say what it is for." : null) },
  });
  const making = useMutation({
    mutationFn: (values: typeof form.values) =>
      createToken({
        name: values.name,
        scope: values.scope as ApiToken["scope"],
        expires_at: new Date(Date.now() + Number(values.days) * DAY_MS).toISOString(),
      }),
    onSuccess: () => {
      form.reset();
      return queryClient.invalidateQueries({ queryKey: TOKENS_KEY });
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const error = errorBesideFields(making.error, ["name"]);
  return (
    <Stack gap="sm">
      <form onSubmit={form.onSubmit((values) => making.mutate(values))}>
        <Group gap="sm" align="flex-start">
          <TextInput
            w={260}
            label="What it is for"
            placeholder="nightly label export"
            {...form.getInputProps("name")}
          />
          <Select
            w={180}
            label="Scope"
            allowDeselect={false}
            data={[
              { value: "READ", label: "Read only" },
              { value: "WRITE", label: "Read and write" },
            ]}
            {...form.getInputProps("scope")}
          />
          <Select
            w={120}
            label="Expires in"
            allowDeselect={false}
            data={LIVES}
            {...form.getInputProps("days")}
          />
          <Button type="submit" mt={22} loading={making.isPending}>
            Make a token
          </Button>
        </Group>
      </form>
      {error ? <ErrorNotice error={error} /> : null}
      {making.data && <Secret token={making.data.token} />}
    </Stack>
  );
}

function Secret({ token }: { token: string }) {
  return (
    <Alert color="teal" variant="light" title="Copy the token now: it is not shown again" role="status">
      <Group gap="sm" wrap="nowrap">
        <Code style={{ overflowWrap: "anywhere" }}>{token}</Code>
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="xs" c="dimmed" mt="xs">
        Use it as the header Authorization: Bearer …
      </Text>
    </Alert>
  );
}
