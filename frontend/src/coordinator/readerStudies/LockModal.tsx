import { List } from "@mantine/core";
import { moveReaderStudy } from "@/api/designs";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { type PartProps, useStudyChange } from "./parts";

interface LockModalProps extends PartProps {
  /** The design hides the answers from coordinators until now. */
  isMasking: boolean;
  isTruthOpen: boolean;
  onClose: () => void;
}

/** Asks before a closed reader study is fixed, and says what that opens and ends. */
export function LockModal({ readerStudy, isMasking, isTruthOpen, onClose }: LockModalProps) {
  const locking = useStudyChange(readerStudy.id, () => moveReaderStudy(readerStudy.id, "lock"), onClose);
  return (
    <ConfirmModal
      opened
      title={`Lock "${readerStudy.name}"?`}
      confirm="Lock for good"
      isDangerous
      isPending={locking.isPending}
      error={locking.error}
      onConfirm={() => locking.mutate(undefined)}
      onClose={onClose}
    >
      <List size="sm" spacing="xs">
        <List.Item>No reader and no case can be withdrawn any more, and no query asked.</List.Item>
        {isMasking && (
          <List.Item>The readers' answers are unmasked: coordinators see labels and marks.</List.Item>
        )}
        {isMasking && isTruthOpen && (
          <List.Item c="yellow">
            The reference standard is not locked yet. Lock it first: who locks it afterwards may have seen the
            answers.
          </List.Item>
        )}
        <List.Item>A locked reader study cannot be unlocked.</List.Item>
      </List>
    </ConfirmModal>
  );
}
