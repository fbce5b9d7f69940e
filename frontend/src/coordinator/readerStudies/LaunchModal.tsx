import { Switch, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { designQuery } from "@/api/designs";
import { launchReaderStudy } from "@/api/readerStudies";
import { counted } from "@/domain/counted";
import { readersText } from "@/domain/designs";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { type PartProps, useStudyChange } from "./parts";

/** The last question before the protocol is fixed. */
export function LaunchModal({ readerStudy, onClose }: PartProps & { onClose: () => void }) {
  const [seed, setSeed] = useState("");
  const [asPilot, setAsPilot] = useState(false);
  const { data } = useQuery(designQuery(readerStudy.id));
  const launching = useStudyChange(
    readerStudy.id,
    () => launchReaderStudy(readerStudy.id, seed, asPilot),
    onClose,
  );
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
        {data
          ? readersText(data.design, readerStudy.number_of_readers)
          : counted(readerStudy.number_of_readers, "reader")}
        , {counted(readerStudy.number_of_cases, "case")}
        {data && `, ${data.number_of_reads} reads in all, as the design says`}; every reader gets a random
        order of their own. Label schema, cases, design and AI cannot be changed afterwards.
      </Text>
      {data && data.design.training.length > 0 && (
        <Switch
          label="Begin with a pilot"
          description="Readers can open the training cases only, until you begin the reading itself."
          checked={asPilot}
          onChange={(event) => setAsPilot(event.currentTarget.checked)}
        />
      )}
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
