import { Button, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { membersQuery } from "@/api/readerStudies";
import { addLateReader } from "@/api/running";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import { PersonSelect } from "./PersonSelect";

const LONGEST_REASON = 500;

/** A reader who joins after the launch, with the reason. */
export function LateReader({ readerStudy }: PartProps) {
  const { data: members } = useQuery(membersQuery(readerStudy.id));
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const joining = useStudyChange(
    readerStudy.id,
    (userId: string) => addLateReader(readerStudy.id, userId, reason.trim()),
    () => {
      setChosen(null);
      setReason("");
    },
  );
  const taken = new Set(members?.map(({ user_id }) => user_id));
  const isComplete = chosen !== null && reason.trim() !== "";
  return (
    <Section
      title="A reader joins late"
      about="The list of the new reader is drawn with the stored seed, behind those of the others, which stay as they are. It is kept with the reason and cannot be taken back; a reader who leaves is withdrawn."
    >
      {joining.error && <ErrorNotice error={joining.error} title="The reader was not added" />}
      <Group gap="sm" align="flex-end">
        <PersonSelect chosen={chosen} taken={taken} onChoose={setChosen} />
        <TextInput
          w={340}
          label="Reason"
          maxLength={LONGEST_REASON}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          disabled={!isComplete}
          loading={joining.isPending}
          onClick={() => chosen !== null && joining.mutate(chosen)}
        >
          Add the reader
        </Button>
      </Group>
    </Section>
  );
}
