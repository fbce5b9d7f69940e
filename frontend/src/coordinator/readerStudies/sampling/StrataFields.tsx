import { Checkbox, Group, MultiSelect, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import type { Frame } from "@/api/sampling";
import { mayStratify } from "@/domain/sampling";
import type { SampleForm } from "./useSampleForm";

/** What makes the strata, what counts as diseased, and how often a patient comes. */
export function StrataFields({ form, frame }: { form: SampleForm; frame: Frame }) {
  const { columns, positive } = form;
  const diseased = frame.columns.find(({ name }) => name === positive?.column);
  return (
    <Group gap="xl" align="flex-start">
      <Checkbox.Group label="Strata by" value={columns} onChange={form.setColumns}>
        <Stack gap={6} mt={6}>
          {frame.columns.map((column) => (
            <Checkbox
              key={column.name}
              value={column.name}
              disabled={!mayStratify(column)}
              label={`${column.name} (${column.number_of_values})`}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Stack gap="xs" w={260}>
        <Select
          label="Diseased is told by"
          description="To show the prevalence; it draws nobody."
          clearable
          data={columns}
          value={positive?.column ?? null}
          placeholder="nothing"
          onChange={(column) => form.setPositive(column ? { column, values: [] } : null)}
        />
        {positive && diseased && (
          <MultiSelect
            label={`Diseased where ${positive.column} is`}
            data={diseased.values.map(({ value }) => value)}
            value={positive.values}
            placeholder={positive.values.length === 0 ? "choose" : ""}
            error={positive.values.length === 0 && "Choose a value."}
            onChange={(values) => form.setPositive({ ...positive, values })}
          />
        )}
      </Stack>
      <Stack gap="sm" w={380}>
        <Checkbox
          label="One imaging study per patient"
          checked={form.onePerPatient}
          onChange={(event) => form.setOnePerPatient(event.currentTarget.checked)}
        />
        <div>
          <SegmentedControl
            aria-label="Cases there are"
            data={[
              { value: "add", label: "Add to the cases" },
              { value: "replace", label: "Replace the cases" },
            ]}
            value={form.replaces ? "replace" : "add"}
            onChange={(value) => form.setReplaces(value === "replace")}
          />
          <Text size="xs" c="dimmed" mt={4}>
            {form.replaces
              ? "All cases that are drawn get new names, because readers see them. Cases that are not drawn leave the reader study; their truth is kept."
              : "Cases there are stay and are not drawn again. New ones get the next numbers, which readers see: to top up one stratum, replace instead."}
          </Text>
        </div>
      </Stack>
    </Group>
  );
}
