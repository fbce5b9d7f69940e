import { Button, Checkbox, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type CasePriors, casePriorsQuery, type PriorCandidate, putCasePriors } from "@/api/hanging";
import type { Case } from "@/api/readerStudies";
import { moved } from "@/domain/hangingEditing";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { calendarDate } from "@/ui/times";
import { type PartProps, useFresh, useStudyChange } from "../parts";
import { SaveRefused } from "../SaveRefused";

interface PriorsModalProps extends PartProps {
  row: Case;
  onClose: () => void;
}

/** Chooses and orders the priors of one case. */
export function PriorsModal({ readerStudy, row, onClose }: PriorsModalProps) {
  const { data, error, refetch } = useQuery(casePriorsQuery(readerStudy.id, row.id));
  return (
    <Modal opened onClose={onClose} title={`Priors of ${row.name}`} size="xl">
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingScreen />}
      {data && <PriorsForm readerStudy={readerStudy} row={row} stored={data} onClose={onClose} />}
    </Modal>
  );
}

function PriorsForm({ readerStudy, row, stored, onClose }: PriorsModalProps & { stored: CasePriors }) {
  const [chosen, setChosen] = useState(stored.chosen);
  const [base, setBase] = useState(stored.chosen);
  const isEditable = readerStudy.state === "DRAFT";
  const saving = useStudyChange(
    readerStudy.id,
    (made_from: string[]) => putCasePriors(readerStudy.id, row.id, chosen, made_from),
    onClose,
  );
  const fresh = useFresh(casePriorsQuery(readerStudy.id, row.id));
  const load = async () => {
    const now = await fresh();
    setChosen(now.chosen);
    setBase(now.chosen);
    saving.reset();
  };
  const overwrite = async () => saving.mutateAsync((await fresh()).chosen);
  const { candidates } = stored;
  if (candidates.length === 0) {
    return <Text size="sm">There is no earlier imaging study of this patient.</Text>;
  }
  const byId = new Map(candidates.map((study) => [study.id, study]));
  const inOrder = [
    ...chosen.flatMap((id) => byId.get(id) ?? []),
    ...candidates.filter(({ id }) => !chosen.includes(id)),
  ];
  return (
    <Stack gap="sm">
      {saving.error && (
        <SaveRefused
          error={saving.error}
          title="The priors were not saved"
          onLoad={load}
          onOverwrite={overwrite}
        />
      )}
      <Table aria-label="Earlier imaging studies">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Prior</Table.Th>
            <Table.Th>Modality</Table.Th>
            <Table.Th>Body part</Table.Th>
            <Table.Th>Description</Table.Th>
            <Table.Th>Study date</Table.Th>
            <Table.Th>Readers are told</Table.Th>
            <Table.Th aria-label="Order" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inOrder.map((study) => (
            <PriorRow
              key={study.id}
              study={study}
              place={chosen.indexOf(study.id)}
              isEditable={isEditable}
              onToggled={() =>
                setChosen(
                  chosen.includes(study.id) ? chosen.filter((id) => id !== study.id) : [...chosen, study.id],
                )
              }
              onEarlier={() => setChosen(moved(chosen, chosen.indexOf(study.id), -1))}
            />
          ))}
        </Table.Tbody>
      </Table>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {isEditable ? "Cancel" : "Close"}
        </Button>
        {isEditable && (
          <Button loading={saving.isPending} onClick={() => saving.mutate(base)}>
            Save the priors
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface PriorRowProps {
  study: PriorCandidate;
  /** -1 when it is not chosen. */
  place: number;
  isEditable: boolean;
  onToggled: () => void;
  onEarlier: () => void;
}

function PriorRow({ study, place, isEditable, onToggled, onEarlier }: PriorRowProps) {
  const description = study.study_description || study.study_instance_uid;
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox
          label={place >= 0 ? `Prior ${place + 1}` : ""}
          aria-label={`Prior: ${description}`}
          checked={place >= 0}
          disabled={!isEditable}
          onChange={onToggled}
        />
      </Table.Td>
      <Table.Td>{study.modalities.join(", ")}</Table.Td>
      <Table.Td>{study.body_part || "–"}</Table.Td>
      <Table.Td>{study.study_description || "–"}</Table.Td>
      <Table.Td>{calendarDate(study.study_date)}</Table.Td>
      <Table.Td>{study.interval ?? "nothing"}</Table.Td>
      <Table.Td>
        {isEditable && place > 0 && (
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={`Move ${description} up`}
            onClick={onEarlier}
          >
            ↑
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
