import { Center, Loader } from "@mantine/core";

export function LoadingScreen() {
  return (
    <Center h="100%" mih={120} role="status" aria-label="Loading">
      <Loader size="sm" type="dots" />
    </Center>
  );
}
