import { Alert, Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { isStale } from "@/api/problem";
import { ErrorNotice } from "@/ui/ErrorNotice";

interface SaveRefusedProps {
  error: unknown;
  title: string;
  /** Puts what is stored now in the place of what was entered here. */
  onLoad: () => Promise<unknown>;
  /** Stores what was entered here over what is stored now. */
  onOverwrite: () => Promise<unknown>;
  overwriteText?: string;
}

/** Why something was not stored; where it was changed elsewhere meanwhile, what was entered stays, and the ways on. */
export function SaveRefused({
  error,
  title,
  onLoad,
  onOverwrite,
  overwriteText = "Store mine over it",
}: SaveRefusedProps) {
  const going = useMutation({ mutationFn: (way: () => Promise<unknown>) => way() });
  if (!isStale(error)) return <ErrorNotice error={error} title={title} />;
  return (
    <>
      <Alert color="yellow" variant="light" role="alert" title="It was changed elsewhere meanwhile">
        <Group justify="space-between">
          <Text size="sm">Nothing was overwritten. What you entered here is kept.</Text>
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={going.isPending}
              onClick={() => going.mutate(onLoad)}
            >
              Show what is stored, drop mine
            </Button>
            <Button size="xs" loading={going.isPending} onClick={() => going.mutate(onOverwrite)}>
              {overwriteText}
            </Button>
          </Group>
        </Group>
      </Alert>
      {going.error && <ErrorNotice error={going.error} title="What is stored could not be loaded" />}
    </>
  );
}
