import { Center, Text } from "@mantine/core";

/** Words and no spinner: an animation competes with the first image for the graphics card, or for the processor. */
export function LoadingScreen() {
  return (
    <Center h="100%" mih={120} role="status" aria-label="Loading">
      <Text size="sm" c="dimmed">
        Loading…
      </Text>
    </Center>
  );
}
