import { Button, Group, Table, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { correctLesions, type Lesion, type LesionCorrection, type Matching } from "@/api/reference";
import { asOneLesion, type Groups, isSameGrouping } from "@/domain/lesionGroups";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LesionImages } from "./LesionImages";
import { LesionRow } from "./LesionRow";

interface CaseLesionsProps {
  readerStudyId: string;
  name: string;
  matching: Matching;
  asked: Pick<LesionCorrection, "case_id" | "arm" | "question">;
  onCorrected: () => void;
}

/** The lesions of a case against its readers; chosen marks can be made one lesion, with a reason. */
export function CaseLesions({ readerStudyId, name, matching, asked, onCorrected }: CaseLesionsProps) {
  const { lesions, correction } = matching;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState("");
  const [shown, setShown] = useState<string | null>(null);
  const correcting = useMutation({
    mutationFn: (groups: Groups | null) =>
      correctLesions(readerStudyId, { ...asked, base_number: correction ?? 0, groups, reason }),
    onSuccess: onCorrected,
  });
  const groups = lesions.map(({ marks }) => marks.map(({ key }) => key));
  const wanted = asOneLesion(groups, chosen);
  const changes = chosen.size > 0 && !isSameGrouping(groups, wanted);
  const hasReason = reason.trim() !== "";
  const readers = readersOf(lesions);
  const toggle = (key: string, isIn: boolean) => {
    const next = new Set(chosen);
    if (isIn) next.add(key);
    else next.delete(key);
    setChosen(next);
  };
  return (
    <div>
      <Table aria-label={`Lesions of ${name}`} verticalSpacing={3} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={130}>{name}</Table.Th>
            {readers.map((reader) => (
              <Table.Th key={reader}>{reader}</Table.Th>
            ))}
            <Table.Th w={150}>Farthest apart</Table.Th>
            <Table.Th w={260}>By the rule</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lesions.map((lesion) => (
            <LesionRow
              key={lesion.id}
              lesion={lesion}
              readers={readers}
              chosen={chosen}
              onChosen={toggle}
              name={name}
              isShown={shown === lesion.id}
              onShown={() => setShown(shown === lesion.id ? null : lesion.id)}
            />
          ))}
        </Table.Tbody>
      </Table>
      <Group gap="sm" mt={6}>
        <TextInput
          size="xs"
          w={280}
          aria-label={`Why ${name} is grouped otherwise`}
          placeholder="Why"
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          size="compact-sm"
          variant="default"
          disabled={!changes || !hasReason}
          loading={correcting.isPending}
          onClick={() => correcting.mutate(wanted)}
        >
          Make the chosen marks one lesion
        </Button>
        {correction !== null && (
          <Button
            size="compact-sm"
            variant="subtle"
            disabled={!hasReason || correcting.isPending}
            onClick={() => correcting.mutate(null)}
          >
            Group as the rule does
          </Button>
        )}
        <Text size="xs" c={matching.is_correction_outdated ? "yellow" : "dimmed"}>
          {correctionText(matching)}
        </Text>
      </Group>
      {shown !== null && (
        <LesionImages readerStudyId={readerStudyId} asked={asked} lesions={lesions} shown={shown} />
      )}
      {correcting.error && <ErrorNotice error={correcting.error} title="Nothing was stored" />}
    </div>
  );
}

function correctionText({ correction, is_correction_outdated }: Matching): string {
  if (correction === null) return "";
  if (is_correction_outdated)
    return `Correction ${correction} names other findings than are signed now: the rule groups them again.`;
  return `Correction ${correction} of this case.`;
}

function readersOf(lesions: Lesion[]): string[] {
  const names = lesions.flatMap(({ marks, unmarked }) => [...marks, ...unmarked].map(({ reader }) => reader));
  return [...new Set(names)].sort();
}
