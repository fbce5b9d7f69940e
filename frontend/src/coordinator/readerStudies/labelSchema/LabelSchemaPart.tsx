import { Alert, Button, Grid, Group, List, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { putLabelSchema } from "@/api/labelSchemas";
import { Problem } from "@/api/problem";
import type { ReaderStudy } from "@/api/readerStudies";
import type { Question } from "@/domain/labelSchema";
import { KIND_ROWS, type QuestionKind } from "@/domain/newQuestions";
import { draftsOf } from "@/domain/schemaEditing";
import { analysisGaps, placeOfField, type SchemaProblem, schemaProblems } from "@/domain/schemaProblems";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { ImageSource } from "@/ui/form/ExampleImage";
import { Section } from "@/ui/Section";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { FROZEN, type PartProps, useStudyChange } from "../parts";
import { AmendmentReason } from "../protocol/AmendmentReason";
import classes from "./Builder.module.css";
import { BuilderBar } from "./BuilderBar";
import { CodeSource } from "./CodeSearch";
import { FormPreview } from "./FormPreview";
import { QuestionList } from "./QuestionList";
import { useSchemaDraft } from "./useSchemaDraft";

/** The builder of the form that readers fill in, with the form itself beside it. */
export function LabelSchemaPart({ readerStudy }: PartProps) {
  const about = ABOUT[readerStudy.state];
  const isEditable = about !== undefined;
  const draft = useSchemaDraft(readerStudy.label_schema?.questions ?? []);
  const { drafts, edit, isDirty } = draft;
  const [version, setVersion] = useState(readerStudy.label_schema?.version ?? 0);
  const [openId, setOpen] = useState<string | null>(null);
  // The protocol is frozen since the launch of the pilot.
  const isAmendment = readerStudy.state === "PILOTING";
  const [reason, setReason] = useState("");
  const questions = drafts.map(({ question }) => question);
  const saving = useStudyChange(
    readerStudy.id,
    (base: number) => putLabelSchema(readerStudy.id, questions, base, isAmendment ? reason.trim() : ""),
    (schema) => {
      draft.markSaved(schema.questions);
      setVersion(schema.version);
      setReason("");
    },
  );
  const ownProblems = schemaProblems(questions);
  const problems = [...ownProblems, ...problemsOfServer(saving.error)];
  const add = (kind: QuestionKind) => {
    const id = crypto.randomUUID();
    edit({ type: "ADD", id, kind, after: openId });
    setOpen(id);
  };
  return (
    <ImageSource value={readerStudy.id}>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Section title="Questions" about={about ?? FROZEN}>
            <UnsavedGuard isDirty={isEditable && isDirty} />
            <BuilderBar
              readerStudyId={readerStudy.id}
              draft={draft}
              version={version}
              isEditable={isEditable}
              isSaving={saving.isPending}
              mayBeSaved={isDirty && ownProblems.length === 0 && (!isAmendment || reason.trim() !== "")}
              onReplace={(next) =>
                edit({ type: "REPLACE", drafts: draftsOf(next, () => crypto.randomUUID()) })
              }
              onSave={() => saving.mutate(version)}
            />
            {isAmendment && isDirty && (
              <AmendmentReason
                label="Reason of the change"
                about="The protocol is frozen since the pilot began: the change is an amendment, kept with its reason."
                value={reason}
                onChange={setReason}
              />
            )}
            <SaveFault error={saving.error} problems={problems} onSaveAfter={(base) => saving.mutate(base)} />
            {isEditable && drafts.length === 0 && (
              <Text size="sm">Start from a template, import a form, or add the questions one by one.</Text>
            )}
            <CodeSource value={readerStudy.id}>
              <QuestionList
                drafts={drafts}
                problems={problems}
                isEditable={isEditable}
                openId={openId}
                edit={edit}
                onOpen={setOpen}
              />
            </CodeSource>
            {isEditable && <AddQuestion onAdd={add} />}
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md" className={classes.preview}>
            <Section title="What the reader sees" about="Try it: nothing is stored.">
              <FormPreview questions={questions} />
            </Section>
            {drafts.length > 0 && <Gaps questions={questions} />}
          </Stack>
        </Grid.Col>
      </Grid>
    </ImageSource>
  );
}

/** What is said of the form in the states in which it can change. */
const ABOUT: Partial<Record<ReaderStudy["state"], string>> = {
  DRAFT: "The reader answers them from top to bottom, beside the image.",
  PILOTING:
    "The pilot is running. Cases that have been opened keep their version; all others get what you save. The form is fixed when the reading begins.",
};

function problemsOfServer(error: unknown): SchemaProblem[] {
  if (!(error instanceof Problem)) return [];
  return error.errors.map((fault) => ({ ...placeOfField(fault.field), detail: fault.detail }));
}

interface SaveFaultProps {
  error: unknown;
  problems: SchemaProblem[];
  onSaveAfter: (version: number) => void;
}

/** What was wrong with the whole of it; what is wrong with one field stands beside that. */
function SaveFault({ error, problems, onSaveAfter }: SaveFaultProps) {
  if (!error) return null;
  if (!(error instanceof Problem)) return <ErrorNotice error={error} />;
  const current = Number(error.document.current_version);
  if (error.code === "stale_version") {
    return (
      <Alert color="yellow" variant="light" title={`Version ${current} was saved elsewhere meanwhile`}>
        <Group justify="space-between">
          <Text size="sm">Nothing is lost: save yours as the version after it, or look at it first.</Text>
          <Button size="xs" onClick={() => onSaveAfter(current)}>
            Save mine as version {current + 1}
          </Button>
        </Group>
      </Alert>
    );
  }
  const isWhole = error.errors.length === 0 || problems.some(({ index }) => index === null);
  return isWhole ? <ErrorNotice error={error} /> : null;
}

function AddQuestion({ onAdd }: { onAdd: (kind: QuestionKind) => void }) {
  return (
    <Group gap={4}>
      <Text size="xs" c="dimmed">
        Add below the open one:
      </Text>
      {KIND_ROWS.map(({ kind, name }) => (
        <Button key={kind} size="compact-xs" variant="default" onClick={() => onAdd(kind)}>
          + {name}
        </Button>
      ))}
    </Group>
  );
}

function Gaps({ questions }: { questions: Question[] }) {
  const gaps = analysisGaps(questions);
  if (gaps.length === 0) {
    return (
      <Alert color="teal" variant="light" p="xs">
        With this form the analysis gives sensitivity, specificity and ROC curves for every reader.
      </Alert>
    );
  }
  return (
    <Alert color="yellow" variant="light" p="xs" title="The analysis will lack something">
      <List size="sm">
        {gaps.map((gap) => (
          <List.Item key={gap}>{gap}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
