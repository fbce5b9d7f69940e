import { Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { type Withdrawn, withdraw } from "@/api/running";
import { ConfirmModal } from "@/ui/ConfirmModal";
import { useStudyChange } from "../parts";

interface WithdrawModalProps {
  readerStudyId: string;
  what: Withdrawn;
  /** The reader's or the case's name. */
  name: string;
  signed: number;
  onClose: () => void;
}

const LONGEST_REASON = 500;

/** Asks why a reader or a case is withdrawn, and says what becomes of what was read. */
export function WithdrawModal({ readerStudyId, what, name, signed, onClose }: WithdrawModalProps) {
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const withdrawing = useStudyChange(
    readerStudyId,
    () => withdraw(readerStudyId, what, reason.trim()),
    onClose,
  );
  const confirm = () => (reason.trim() === "" ? setMissing(true) : withdrawing.mutate(undefined));
  const isReader = "reader_id" in what;
  return (
    <ConfirmModal
      opened
      title={`Withdraw ${name}?`}
      confirm={isReader ? "Withdraw the reader" : "Withdraw the case"}
      isDangerous
      isPending={withdrawing.isPending}
      error={withdrawing.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">
          {isReader
            ? "The reader loses access to all their cases at once."
            : "The case is taken from every reader at once, and the AI’s result for it no longer counts."}{" "}
          {signed === 0 ? "No read is signed yet." : `The signed reads (${signed}) are kept.`} What was read
          stays in the history and the audit trail; labels and analyses leave it out, and analyses count it as
          withdrawn. This cannot be taken back.
        </Text>
        <Textarea
          label="Reason"
          required
          autosize
          minRows={2}
          maxLength={LONGEST_REASON}
          value={reason}
          error={
            isMissing && reason.trim() === "" ? "Say why; the reason is kept with the withdrawal." : undefined
          }
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
      </Stack>
    </ConfirmModal>
  );
}
