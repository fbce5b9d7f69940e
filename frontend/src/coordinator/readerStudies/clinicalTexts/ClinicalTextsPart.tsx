import { Alert, Anchor, Button, Group, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type ClinicalTexts, clinicalTextsCsv, clinicalTextsQuery } from "@/api/clinicalTexts";
import { type Case, casesQuery } from "@/api/readerStudies";
import { stepWords } from "@/domain/clinicalTexts";
import { pageOf } from "@/domain/pages";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { PageBar } from "@/ui/PageBar";
import { Section } from "@/ui/Section";
import type { PartProps } from "../parts";
import { ImportTexts } from "./ImportTexts";
import { TextTable } from "./TextTable";
import { useStoringKeys } from "./useStoringKeys";
import { type TextStoring, useTextStoring } from "./useTextStoring";

const CASES_AT_ONCE = 50;

/** History, indication and question of each case: typed beside it, or imported; shown where the blinding allows it. */
export function ClinicalTextsPart({ readerStudy }: PartProps) {
  const texts = useQuery(clinicalTextsQuery(readerStudy.id));
  const cases = useQuery(casesQuery(readerStudy.id));
  const failed = [texts, cases].find(({ error }) => error !== null);
  if (failed) return <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!texts.data || !cases.data) return <LoadingScreen />;
  if (texts.data.texts.length === 0) {
    return (
      <EmptyState title="No cases yet">
        Choose the cases first; each of them can then be given a clinical text.
      </EmptyState>
    );
  }
  return <TextsSection readerStudy={readerStudy} data={texts.data} cases={cases.data} />;
}

function TextsSection({ readerStudy, data, cases }: PartProps & { data: ClinicalTexts; cases: Case[] }) {
  const [asked, setAsked] = useState(1);
  const [isOnlyWithout, setOnlyWithout] = useState(false);
  const [isDirty, setDirty] = useState(false);
  const storing = useTextStoring(readerStudy.id);
  useStoringKeys(storing, isDirty);
  const isOver = readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED";
  const isAmendment = readerStudy.state !== "DRAFT" && !isOver;
  const listed = isOnlyWithout ? data.texts.filter(({ text }) => text === "") : data.texts;
  const page = pageOf(listed, asked, CASES_AT_ONCE);
  const { id } = readerStudy;
  return (
    <Section
      title={`Clinical texts: ${data.number_with_text} of ${data.texts.length} cases have one`}
      about={<About readerStudyId={id} isOver={isOver} isAmendment={isAmendment} />}
      actions={
        <>
          {!isOver && (
            <ImportTexts
              readerStudyId={id}
              isAmendment={isAmendment}
              isDisabled={isDirty}
              storing={storing}
            />
          )}
          <Button component="a" variant="default" href={clinicalTextsCsv(id)} download="clinical-texts.csv">
            Export CSV
          </Button>
        </>
      }
    >
      <StoredNotice storing={storing} isDirty={isDirty} />
      <Switch
        label={`Only cases without a text (${data.texts.length - data.number_with_text})`}
        checked={isOnlyWithout}
        disabled={isDirty}
        onChange={(event) => {
          setOnlyWithout(event.currentTarget.checked);
          setAsked(1);
        }}
      />
      <TextTable
        readerStudyId={id}
        rows={page.rows}
        cases={cases}
        longest={data.longest_text}
        storing={storing}
        isDirty={isDirty}
        onDirty={setDirty}
        {...{ isAmendment, isOver }}
      />
      {!isDirty && <PageBar page={page} total={listed.length} of="cases" onPage={setAsked} />}
    </Section>
  );
}

/** What was stored last, and taking it back; a refusal of that. */
function StoredNotice({ storing, isDirty }: { storing: TextStoring; isDirty: boolean }) {
  const { last, undo, redo, againError } = storing;
  if (!last && !redo) return null;
  return (
    <Alert color="gray" variant="light">
      {againError !== null && <ErrorNotice error={againError} title="That was not done" />}
      <Group justify="space-between">
        <Text size="sm" role="status">
          {last ? stepWords(last) : "Undone."}
        </Text>
        <Group gap="xs">
          <Button size="compact-sm" variant="default" disabled={!undo || isDirty} onClick={undo}>
            Undo (Ctrl+Z)
          </Button>
          <Button size="compact-sm" variant="default" disabled={!redo || isDirty} onClick={redo}>
            Redo
          </Button>
        </Group>
      </Group>
    </Alert>
  );
}

interface AboutProps {
  readerStudyId: string;
  isOver: boolean;
  isAmendment: boolean;
}

function About({ readerStudyId, isOver, isAmendment }: AboutProps) {
  return (
    <>
      History, indication and question of a case, as readers see them. Whether they do, the row Clinical text
      of the{" "}
      <Anchor component={Link} to={`/reader-studies/${readerStudyId}/design`} inherit>
        blinding matrix
      </Anchor>{" "}
      says. A CSV has the columns case and text. {isAmendment && "Since the launch a change needs a reason. "}
      {isOver && "The reading is over: nothing changes any more."}
    </>
  );
}
