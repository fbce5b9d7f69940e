import { Text } from "@mantine/core";
import { closeReaderStudy } from "@/api/readerStudies";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { type PartProps, useStudyChange } from "./parts";

/** Asks before the reads are frozen for good. */
export function CloseModal({ readerStudy, onClose }: PartProps & { onClose: () => void }) {
  const closing = useStudyChange(readerStudy.id, () => closeReaderStudy(readerStudy.id), onClose);
  const unsigned = readerStudy.number_of_assignments - readerStudy.number_signed;
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
      <Text size="sm">
        {unsigned === 0
          ? "All reads are signed."
          : `${unsigned} read(s) are not signed. Their readers will not be able to finish them.`}{" "}
        A closed reader study cannot be opened again.
      </Text>
    </ConfirmModal>
  );
}
