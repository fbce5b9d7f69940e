import { Button, Group, Stack, Table, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { changeReaderStudy } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { AI_DISPLAYS } from "./ai/aiDisplays";
import { type PartProps, useStudyChange } from "./parts";

/** Name and description, editable until the launch, and the numbers of the reader study. */
export function DetailsSection({ readerStudy }: PartProps) {
  return (
    <Section title="Details">
      {readerStudy.state === "DRAFT" && <NameForm readerStudy={readerStudy} />}
      <Facts readerStudy={readerStudy} />
    </Section>
  );
}

function NameForm({ readerStudy }: PartProps) {
  const form = useForm({
    initialValues: { name: readerStudy.name, description: readerStudy.description },
    validate: { name: (name) => (name.trim() === "" ? "Give it a name." : null) },
  });
  const saving = useStudyChange(
    readerStudy.id,
    (values: { name: string; description: string }) => changeReaderStudy(readerStudy.id, values),
    () => form.resetDirty(),
  );
  const error = errorBesideFields(saving.error, ["name", "description"]);
  const faults = fieldErrors(saving.error);
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          maxLength={120}
          {...form.getInputProps("name")}
          error={form.errors.name ?? faults.name}
        />
        <Textarea
          label="Description"
          description="Readers can get it through the API: write nothing that would unblind them."
          autosize
          minRows={2}
          {...form.getInputProps("description")}
          error={form.errors.description ?? faults.description}
        />
        {error ? <ErrorNotice error={error} /> : null}
        <Group justify="flex-end">
          <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Facts({ readerStudy }: PartProps) {
  const ai = readerStudy.ai_model_version;
  const facts = [
    ["Cases", String(readerStudy.number_of_cases)],
    ["Readers", String(readerStudy.number_of_readers)],
    ["Questions", String(readerStudy.label_schema?.questions.length ?? 0)],
    ["AI", ai ? `${ai.name} ${ai.version}, ${AI_DISPLAYS[readerStudy.ai_display].short}` : "none"],
    ["Launched", dateTime(readerStudy.launched_at)],
    ["Closed", dateTime(readerStudy.closed_at)],
  ];
  return (
    <Table variant="vertical" aria-label="Facts">
      <Table.Tbody>
        {facts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w={120}>{name}</Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
