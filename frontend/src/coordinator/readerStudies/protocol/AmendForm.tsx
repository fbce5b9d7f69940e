import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { amendProtocol } from "@/api/protocol";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { type PartProps, useStudyChange } from "../parts";

interface AmendFormProps extends PartProps {
  changed: string[];
  onDone: () => void;
}

/** What no version holds yet becomes a new one, with the reason. */
export function AmendForm({ readerStudy, changed, onDone }: AmendFormProps) {
  const [reason, setReason] = useState("");
  const amending = useStudyChange(readerStudy.id, () => amendProtocol(readerStudy.id, reason.trim()), onDone);
  return (
    <Alert color="yellow" variant="light" title="Not in any version yet">
      <Text size="sm" mb={6}>
        {changed.join(", ")}. Record it as an amendment.
      </Text>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Reason of the amendment"
          w={460}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          disabled={reason.trim() === ""}
          loading={amending.isPending}
          onClick={() => amending.mutate(undefined)}
        >
          Freeze a new version
        </Button>
      </Group>
      {amending.error && <ErrorNotice error={amending.error} title="No version was frozen" />}
    </Alert>
  );
}
