import { Text } from "@mantine/core";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { ConfirmModal } from "./ConfirmModal";

/** Asks before changes that have not been saved are left behind. */
export function UnsavedGuard({ isDirty }: { isDirty: boolean }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isDirty && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!isDirty) return;
    const keep = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", keep);
    return () => window.removeEventListener("beforeunload", keep);
  }, [isDirty]);
  return (
    <ConfirmModal
      opened={blocker.state === "blocked"}
      title="Leave without saving?"
      confirm="Leave"
      isDangerous
      isPending={false}
      error={null}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      <Text size="sm">Your changes on this page have not been saved.</Text>
    </ConfirmModal>
  );
}
