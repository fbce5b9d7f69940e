import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";

export function NotFoundScreen() {
  return (
    <Stack align="center" mt={80}>
      <Title order={3}>Nothing here</Title>
      <Text c="dimmed">This page does not exist, or it is not yours to see.</Text>
      <Anchor component={Link} to="/">
        Back to the worklist
      </Anchor>
    </Stack>
  );
}
