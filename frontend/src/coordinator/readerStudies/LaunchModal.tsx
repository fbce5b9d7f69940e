import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { launchReaderStudy } from "@/api/readerStudies";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { type PartProps, useStudyChange } from "./parts";

/** The last question before the protocol is fixed. */
export function LaunchModal({ readerStudy, onClose }: PartProps & { onClose: () => void }) {
  const [seed, setSeed] = useState("");
  const launching = useStudyChange(readerStudy.id, () => launchReaderStudy(readerStudy.id, seed), onClose);
  const reads = readerStudy.number_of_cases * readerStudy.number_of_readers;
  return (
    <ConfirmModal
      opened
      title={`Launch "${readerStudy.name}"?`}
      confirm="Launch"
      isPending={launching.isPending}
      error={launching.error}
      onConfirm={() => launching.mutate(undefined)}
      onClose={onClose}
    >
      <Text size="sm">
        {readerStudy.number_of_readers} reader(s) get {readerStudy.number_of_cases} case(s) each, {reads}{" "}
        reads in all, in a random order of their own. Label schema, cases and AI cannot be changed afterwards.
      </Text>
      <TextInput
        label="Seed of the random order"
        description="Optional. The same seed gives the same orders; it is recorded in either case."
        placeholder="drawn by the portal"
        value={seed}
        maxLength={64}
        onChange={(event) => setSeed(event.currentTarget.value)}
      />
    </ConfirmModal>
  );
}
