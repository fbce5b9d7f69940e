import {
  Alert,
  Button,
  Card,
  Grid,
  Group,
  List,
  SimpleGrid,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { Problem } from "@/api/problem";
import { putLabelSchema } from "@/api/readerStudies";
import { STARTER_SCHEMAS } from "@/domain/findingCodes";
import type { Question } from "@/domain/labelSchema";
import { type DraftQuestion, draftsOf, type QuestionKind } from "@/domain/schemaEditing";
import { analysisGaps, placeOfField, type SchemaProblem, schemaProblems } from "@/domain/schemaProblems";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { UnsavedGuard } from "@/ui/UnsavedGuard";
import { FROZEN, type PartProps, useStudyChange } from "../parts";
import { FormPreview } from "./FormPreview";
import { QuestionCard } from "./QuestionCard";
import { useSchemaDraft } from "./useSchemaDraft";

const KINDS: { kind: QuestionKind; text: string }[] = [
  { kind: "BINARY", text: "Yes / no" },
  { kind: "ORDINAL", text: "Five steps" },
  { kind: "CONFIDENCE", text: "0–100" },
  { kind: "LOCATED_FINDING", text: "Located finding" },
];

/** The builder of the form that readers fill in, with the form itself beside it. */
export function LabelSchemaPart({ readerStudy }: PartProps) {
  const isEditable = readerStudy.state === "DRAFT";
  const stored = readerStudy.label_schema?.questions ?? [];
  const { drafts, edit, isDirty, markSaved } = useSchemaDraft(stored);
  const questions = drafts.map((draft) => draft.question);
  const saving = useStudyChange(
    readerStudy.id,
    (sent: Question[]) => putLabelSchema(readerStudy.id, sent),
    (schema) => markSaved(schema.questions),
  );
  const problems = [...schemaProblems(questions), ...problemsOfServer(saving.error)];
  const replace = (next: Question[]) =>
    edit({ type: "REPLACE", drafts: draftsOf(next, () => crypto.randomUUID()) });

  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Section
          title="Questions"
          about={isEditable ? "The reader answers them from top to bottom, beside the image." : FROZEN}
          actions={
            isEditable && (
              <Button
                disabled={!isDirty || schemaProblems(questions).length > 0}
                loading={saving.isPending}
                onClick={() => saving.mutate(questions)}
              >
                {isDirty || drafts.length === 0 ? "Save the form" : "Saved"}
              </Button>
            )
          }
        >
          <UnsavedGuard isDirty={isEditable && isDirty} />
          {saving.error && wholeProblems(problems).length > 0 && <ErrorNotice error={saving.error} />}
          {saving.error && !(saving.error instanceof Problem) && <ErrorNotice error={saving.error} />}
          {isEditable && drafts.length === 0 && <Starters onChoose={replace} />}
          {drafts.map((draft, index) => (
            <QuestionCard
              key={draft.id}
              draft={draft}
              position={{ index, count: drafts.length }}
              problems={problems.filter((problem) => problem.index === index)}
              isEditable={isEditable}
              edit={edit}
            />
          ))}
          {isEditable && (
            <AddQuestion onAdd={(kind) => edit({ type: "ADD", id: crypto.randomUUID(), kind })} />
          )}
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack gap="lg" style={{ position: "sticky", top: 12 }}>
          <Preview drafts={drafts} />
          {drafts.length > 0 && <Gaps questions={questions} />}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function problemsOfServer(error: unknown): SchemaProblem[] {
  if (!(error instanceof Problem)) return [];
  return error.errors.map((fault) => ({ ...placeOfField(fault.field), detail: fault.detail }));
}

const wholeProblems = (problems: SchemaProblem[]) => problems.filter((problem) => problem.index === null);

function Starters({ onChoose }: { onChoose: (questions: Question[]) => void }) {
  return (
    <Stack gap="xs">
      <Text size="sm">Start from a form that gives every analysis, and change what you like:</Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        {STARTER_SCHEMAS.map((starter) => (
          <UnstyledButton key={starter.name} onClick={() => onChoose(starter.questions)}>
            <Card withBorder padding="sm" h="100%">
              <Text fw={600} size="sm" c="blue">
                {starter.name}
              </Text>
              <Text size="xs" c="dimmed">
                {starter.about}
              </Text>
            </Card>
          </UnstyledButton>
        ))}
      </SimpleGrid>
      <Text size="sm">Or add the questions one by one:</Text>
    </Stack>
  );
}

function AddQuestion({ onAdd }: { onAdd: (kind: QuestionKind) => void }) {
  return (
    <Group gap="sm">
      <Text size="sm" c="dimmed">
        Add a question:
      </Text>
      {KINDS.map(({ kind, text }) => (
        <Button key={kind} variant="default" onClick={() => onAdd(kind)}>
          + {text}
        </Button>
      ))}
    </Group>
  );
}

function Preview({ drafts }: { drafts: DraftQuestion[] }) {
  return (
    <Section title="What the reader sees" about="Try it: nothing is stored.">
      {drafts.length === 0 ? (
        <Text size="sm" c="dimmed">
          The form appears here while you build it.
        </Text>
      ) : (
        <FormPreview drafts={drafts} />
      )}
    </Section>
  );
}

function Gaps({ questions }: { questions: Question[] }) {
  const gaps = analysisGaps(questions);
  if (gaps.length === 0) {
    return (
      <Alert color="teal" variant="light">
        With this form the analysis gives sensitivity, specificity and ROC curves for every reader.
      </Alert>
    );
  }
  return (
    <Alert color="yellow" variant="light" title="The analysis will lack something">
      <List size="sm">
        {gaps.map((gap) => (
          <List.Item key={gap}>{gap}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
