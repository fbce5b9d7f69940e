import { Text } from "@mantine/core";
import { closeReaderStudy } from "@/api/readerStudies";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { LeftUndone } from "./LeftUndone";
import { type PartProps, useStudyChange } from "./parts";

/** Asks before the reads are frozen for good. */
export function CloseModal({ readerStudy, onClose }: PartProps & { onClose: () => void }) {
  const closing = useStudyChange(readerStudy.id, () => closeReaderStudy(readerStudy.id), onClose);
  return (
    <ConfirmModal
      opened
      title={`Close "${readerStudy.name}"?`}
      confirm="Close for good"
      isDangerous
      isPending={closing.isPending}
      error={closing.error}
      onConfirm={() => closing.mutate(undefined)}
      onClose={onClose}
    >
      <LeftUndone readerStudyId={readerStudy.id} before="close" />
      <Text size="sm">A closed reader study cannot be opened again.</Text>
    </ConfirmModal>
  );
}
