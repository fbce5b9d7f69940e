import { Anchor, List, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SampleSize, sampleSizeFile, sampleSizeQuery } from "@/api/sampleSizes";
import { areaText, type Pilot, powerCsv, type SampleSizeDocument } from "@/domain/sampleSize";
import { Figure } from "@/ui/charts/Figure";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import type { PartProps } from "../parts";
import { PowerChart } from "./PowerChart";
import { PowerTable } from "./PowerTable";

/** One saved sample size: table, chart, method and assumptions. */
export function SampleSizeSection({ readerStudy, sampleSize }: PartProps & { sampleSize: SampleSize }) {
  const { number } = sampleSize;
  const { data, error, refetch } = useQuery(sampleSizeQuery(readerStudy.id, number));
  return (
    <Section
      title={`Sample size ${number}`}
      about={`Computed ${dateTime(sampleSize.created_at)} by ${sampleSize.created_by}.`}
      actions={
        <Anchor
          href={sampleSizeFile(readerStudy.id, number)}
          download={`sample-size-${number}.json`}
          size="sm"
        >
          JSON
        </Anchor>
      }
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingScreen />}
      {data && <Found found={data} number={number} />}
    </Section>
  );
}

function Found({ found, number }: { found: SampleSizeDocument; number: number }) {
  const { difference, alpha, target_power: power } = found.inputs;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
      <Stack gap="sm">
        <Text size="sm">
          Power to find a difference of {difference} with alpha {alpha}; the last column has the cases that
          reach {power}, diseased + not diseased.
        </Text>
        <PowerTable found={found} />
        <Assumptions found={found} />
      </Stack>
      <Figure
        title="Power over cases"
        name={`sample-size-${number}`}
        caption={`One line for each number of readers; the dashed line is the power of ${power} that is wanted.`}
        csv={() => powerCsv(found)}
        chart={<PowerChart found={found} />}
      />
    </SimpleGrid>
  );
}

function Assumptions({ found }: { found: SampleSizeDocument }) {
  const { components, component_cases: cases, positive_share: share } = found;
  const shown = Object.entries(components).filter(([, value]) => value !== null);
  const words = shown.map(([name, value]) => `${name} ${Number(value?.toPrecision(4))}`).join(", ");
  return (
    <List size="sm" spacing={2}>
      {found.pilot && <List.Item>{pilotText(found.pilot)}</List.Item>}
      {found.pilot?.notes.map((note) => (
        <List.Item key={note}>{note}</List.Item>
      ))}
      <List.Item>
        Components at n = {cases} cases, {Math.round(share * 100)} % diseased: {words}.
      </List.Item>
      <List.Item>{found.method}</List.Item>
      {found.assumptions.map((assumption) => (
        <List.Item key={assumption}>{assumption}</List.Item>
      ))}
    </List>
  );
}

function pilotText(pilot: Pilot): string {
  const arms = pilot.arms.map(({ name, auc }) => `${name} ${areaText(auc)}`).join(", ");
  const cases = `${pilot.cases} cases (${pilot.positives} diseased, ${pilot.negatives} not)`;
  return `Pilot: ${pilot.reader_study.name}, ${pilot.readers} readers, ${cases}, ${pilot.readings} readings; mean areas: ${arms}.`;
}
