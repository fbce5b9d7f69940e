import { Container, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface ScreenProps {
  title: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of a coordinator's screen: what it is, what can be done here, and the content. */
export function Screen({ title, about, actions, children }: ScreenProps) {
  return (
    <Container size={1360} py="lg" px="xl">
      <Stack gap="lg">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div>
            <Title order={3}>{title}</Title>
            {about && (
              <Text c="dimmed" size="sm" mt={2}>
                {about}
              </Text>
            )}
          </div>
          {actions && <Group gap="sm">{actions}</Group>}
        </Group>
        {children}
      </Stack>
    </Container>
  );
}
