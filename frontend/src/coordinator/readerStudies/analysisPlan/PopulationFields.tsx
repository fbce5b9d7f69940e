import { Group, MultiSelect, Text } from "@mantine/core";
import { counting, withLevel } from "@/domain/analysisPlan";
import { Section } from "@/ui/Section";
import { optionsOf, type PlanFieldsProps, saidAt, UNITS } from "./fields";
import { LocalisationFields } from "./LocalisationFields";
import { PlanSelect } from "./PlanSelect";

const LEVELS = ["0.9", "0.95", "0.975", "0.99"];
const NEWEST = "newest";

/** Whose reads of which cases count, as what, against which truth, and how sure the intervals are. */
export function PopulationFields({ plan, facts, reading, onChange }: PlanFieldsProps) {
  const { cases, patients, sessions, truths } = facts;
  const version = plan.reference_standard_version;
  const versions = [...new Set([...truths, ...(version === null ? [] : [version])])];
  const level = String(plan.level);
  return (
    <Section
      title="Population and truth"
      about={`All signed reads of ${cases} cases${patients < cases ? ` of ${patients} patients` : ""}. Training cases, hidden repeats, arbitrations and what was withdrawn never count; unsigned reads and cases without a truth are left out and named in the result.`}
    >
      <Group gap="sm" align="flex-start">
        {sessions.length > 1 && (
          <MultiSelect
            id="plan.population.sessions"
            label="Sessions"
            w={190}
            placeholder={plan.population.sessions === null ? "all" : undefined}
            data={sessions.map(String)}
            value={plan.population.sessions?.map(String) ?? []}
            error={saidAt(reading, "plan.population.sessions").error}
            onChange={(chosen) =>
              onChange({
                ...plan,
                population: { sessions: chosen.length > 0 ? chosen.map(Number).sort((a, b) => a - b) : null },
              })
            }
          />
        )}
        <PlanSelect
          label="What counts as one"
          width={150}
          options={optionsOf(UNITS)}
          value={plan.unit}
          choices={reading?.unit}
          said={saidAt(reading, "plan.unit")}
          onChange={(unit) => onChange(counting(plan, unit, facts.located_findings))}
        />
        <PlanSelect
          label="Truth"
          width={250}
          options={[
            { value: NEWEST, label: "newest locked at the run" },
            ...versions.map((one) => ({ value: String(one), label: `version ${one}` })),
          ]}
          value={version === null ? NEWEST : String(version)}
          said={saidAt(reading, "plan.reference_standard_version")}
          onChange={(chosen) =>
            onChange({ ...plan, reference_standard_version: chosen === NEWEST ? null : Number(chosen) })
          }
        />
        <PlanSelect
          label="Intervals"
          width={110}
          options={[...new Set([...LEVELS, level])].map((one) => ({ value: one, label: percent(one) }))}
          value={level}
          said={saidAt(reading, "plan.level")}
          onChange={(chosen) => onChange(withLevel(plan, Number(chosen)))}
        />
      </Group>
      <LocalisationFields plan={plan} facts={facts} reading={reading} onChange={onChange} />
      {truths.length === 0 && (
        <Text size="xs" c="dimmed">
          The reader study has no reference standard yet; the plan does not need one to be locked.
        </Text>
      )}
    </Section>
  );
}

const percent = (level: string) => `${Number((100 * Number(level)).toFixed(2))} %`;
