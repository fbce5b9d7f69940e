import { Alert, Anchor, Group, NativeSelect, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { historyQuery } from "@/api/history";
import { readerStudyQuery } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { Section } from "@/ui/Section";
import { ReadQueries } from "../queries/ReadQueries";
import { Comparison } from "./Comparison";
import { MeasurementsSection } from "./MeasurementsSection";
import { ReopenForm } from "./ReopenForm";
import { StepTable } from "./StepTable";
import { TextsShown } from "./TextsShown";

/** The history of one read: who changed which field, when and from where; signatures and reopenings. */
export function ReadHistoryScreen() {
  const { readId = "" } = useParams();
  const { data, error, refetch } = useQuery(historyQuery(readId));
  const [field, setField] = useState("");
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const fields = new Map(data.steps.flatMap((step) => step.changes.map((one) => [one.field, one.label])));
  return (
    <Screen
      title={`${data.case}, read by ${data.reader}`}
      actions={<WayBack readerStudyId={data.reader_study_id} />}
      about={`${data.steps.length} ${data.steps.length === 1 ? "revision" : "revisions"}, ${data.state.toLowerCase()}. Nothing is ever overwritten: each save is a revision of its own.`}
    >
      <Stack gap="lg">
        {data.is_masked && (
          <Alert color="blue" variant="light" title="Answers are masked until the lock">
            Of the questions that every read answers you see which changed and when, not to what. Marks,
            decisions about the AI and questions asked only after certain answers are not listed.{" "}
            <Anchor component={Link} to={`/reader-studies/${data.reader_study_id}/labels`} size="sm">
              Break the mask
            </Anchor>
          </Alert>
        )}
        {data.may_reopen && <ReopenForm readId={readId} />}
        {data.may_query && (
          <ReadQueries readerStudyId={data.reader_study_id} readId={readId} questions={data.questions} />
        )}
        {data.state === "REOPENED" && (
          <Alert color="yellow" title="Reopened">
            The reader can change it. Until it is signed again the last signed revision counts.
          </Alert>
        )}
        {!data.is_masked && (
          <MeasurementsSection readId={readId} mayMeasure={data.may_reopen || data.may_query} />
        )}
        <TextsShown shown={data.clinical_texts_shown} />
        <Section
          title="Revisions"
          actions={
            <NativeSelect
              aria-label="Field"
              value={field}
              data={[
                { value: "", label: "Every field" },
                ...[...fields].map(([value, label]) => ({ value, label })),
              ]}
              onChange={(event) => setField(event.currentTarget.value)}
            />
          }
        >
          <StepTable steps={data.steps} field={field} />
        </Section>
        {data.steps.length > 1 && (
          <Section title="Two revisions side by side">
            <Group>
              <Comparison readId={readId} last={data.steps.length} />
            </Group>
          </Section>
        )}
      </Stack>
    </Screen>
  );
}

/** To the reads of the reader study, or to the worklist for who reads in it. */
function WayBack({ readerStudyId }: { readerStudyId: string }) {
  const { data } = useQuery(readerStudyQuery(readerStudyId));
  if (!data) return null;
  const isReader = data.my_roles.includes("READER");
  return (
    <Anchor component={Link} to={isReader ? "/" : `/reader-studies/${readerStudyId}/reads`} size="sm">
      {isReader ? "Worklist" : "All reads"}
    </Anchor>
  );
}
