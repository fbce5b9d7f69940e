import { Anchor, Button, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type AdjudicationRound, finishRound, roundCasesQuery, roundsQuery } from "@/api/adjudication";
import { referenceVersionsQuery } from "@/api/reference";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { type PartProps, useStudyChange } from "../parts";
import { OUTCOMES } from "./outcomes";
import { RoundForm } from "./RoundForm";

/** Rounds of adjudication: which cases of a consensus are judged again, by people who see no name. */
export function AdjudicationSection({ readerStudy }: PartProps) {
  const rounds = useQuery(roundsQuery(readerStudy.id));
  const versions = useQuery(referenceVersionsQuery(readerStudy.id));
  const base = versions.data?.versions.find((version) => version.source === "CONSENSUS");
  const error = rounds.error ?? versions.error;
  if (error) return <ErrorNotice error={error} onRetry={() => void rounds.refetch()} />;
  if (!rounds.data || !versions.data) return <LoadingScreen />;
  const running = rounds.data.find((round) => round.result_version === null);
  return (
    <Section
      title="Adjudication"
      about="Adjudicators judge the cases that a consensus leaves open, or that you have judged again for another reason. They see neither who the readers are nor why a case is asked about. What they decide becomes a new version; every value keeps its votes, the decision and its comment."
    >
      {rounds.data.map((round) => (
        <Round key={round.number} readerStudy={readerStudy} round={round} />
      ))}
      {!running && base && <RoundForm key={base.version} readerStudy={readerStudy} base={base} />}
      {!running && !base && (
        <Text size="sm" c="dimmed">
          Store a version by consensus first: a round is drawn from it.
        </Text>
      )}
      <Text size="sm" c="dimmed">
        Adjudicators are chosen under{" "}
        <Anchor component={Link} size="sm" to={`/reader-studies/${readerStudy.id}/people`}>
          People
        </Anchor>
        ; they find their cases under “Adjudication”.
      </Text>
    </Section>
  );
}

const SHOWN = { ANSWERS: "under letters", MARKS: "and marks under letters", HIDDEN: "hidden" } as const;

/** Without counts while answers are masked. */
function howFar({ number_of_cases, number_decided, is_decided }: AdjudicationRound): string {
  if (number_of_cases !== null) return `${number_decided} of ${number_of_cases} decided`;
  return is_decided ? "all decided" : "not all decided yet";
}

function Round({ readerStudy, round }: PartProps & { round: AdjudicationRound }) {
  const [isShown, setShown] = useState(false);
  const finishing = useStudyChange(readerStudy.id, () => finishRound(readerStudy.id, round.number));
  return (
    <>
      <Group gap="md">
        <Text size="sm">
          <b>Round {round.number}</b> over version {round.base_version}, {dateTime(round.created_at)}:{" "}
          {howFar(round)}, readers’ answers {SHOWN[round.shows]}, seed {round.seed}
        </Text>
        <Button size="xs" variant="default" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? "Hide its cases" : "Show its cases"}
        </Button>
        {round.result_version === null ? (
          <Button
            size="xs"
            disabled={!round.is_decided}
            loading={finishing.isPending}
            onClick={() => finishing.mutate(undefined)}
          >
            Make the new version
          </Button>
        ) : (
          <Text size="sm" c="teal">
            Version {round.result_version} came of it.
          </Text>
        )}
      </Group>
      {finishing.error && <ErrorNotice error={finishing.error} title="No version was made" />}
      {isShown && <RoundCases readerStudyId={readerStudy.id} number={round.number} />}
    </>
  );
}

const REASONS = {
  OPEN: "left open",
  DISAGREEMENT: "readers differ",
  LOW_CONFIDENCE: "low confidence",
  RANDOM: "random share",
  LESION_NOT_ALL: "a lesion not marked by all",
  LESION_APART: "marks far apart",
  LESION_OVERLAP: "marks that overlap little",
} as const;

function RoundCases({ readerStudyId, number }: { readerStudyId: string; number: number }) {
  const { data, error } = useQuery(roundCasesQuery(readerStudyId, number));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <LoadingScreen />;
  return (
    <Table aria-label={`Cases of round ${number}`} verticalSpacing={4} maw={760}>
      <Table.Tbody>
        {data.map((one) => (
          <Table.Tr key={one.id}>
            <Table.Td>{one.case}</Table.Td>
            <Table.Td>{one.reasons.map((reason) => REASONS[reason]).join(", ")}</Table.Td>
            <Table.Td>{one.outcome ? `${OUTCOMES[one.outcome]}, ${one.decided_by}` : "not decided"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
