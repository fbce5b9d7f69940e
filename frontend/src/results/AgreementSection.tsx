import { SimpleGrid, Table, Text } from "@mantine/core";
import { isUndefined, type Outcome } from "@/domain/analysisResult";
import type { DescribedAgreement, Pair } from "@/domain/description";
import { decimal, outcomeDetail, outcomeText } from "@/domain/resultText";
import { Section } from "@/ui/Section";
import { OutcomeText } from "./OutcomeText";

const COEFFICIENTS: Record<string, string> = {
  percent_agreement: "Share of agreement",
  fleiss: "Fleiss' kappa",
  conger: "Conger's kappa (of two readers Cohen's)",
  gwet: "Gwet's AC1",
  krippendorff: "Krippendorff's alpha",
};

interface AgreementSectionProps {
  agreement: DescribedAgreement;
  name: string;
}

/** How far the readers of an arm agree, with each other, the AI and the truth. */
export function AgreementSection({ agreement, name }: AgreementSectionProps) {
  const { decisions, pairs } = agreement;
  const raters = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  return (
    <Section title={`Agreement: ${name}`} about="Cohen's kappa of every pair; point at one for its interval.">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Table.ScrollContainer minWidth={300}>
          <Table aria-label={`Agreement of pairs, ${name}`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Td />
                {raters.slice(1).map((rater) => (
                  <Table.Th key={rater}>{rater}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {raters.slice(0, -1).map((row) => (
                <Table.Tr key={row}>
                  <Table.Th scope="row">{row}</Table.Th>
                  {raters.slice(1).map((column) => (
                    <Table.Td key={column}>{kappa(pairs, row, column)}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Coefficients decisions={decisions} name={name} />
      </SimpleGrid>
    </Section>
  );
}

function Coefficients({ decisions, name }: Pick<DescribedAgreement, "decisions"> & { name: string }) {
  if (isUndefined(decisions)) return <Text size="sm">{decisions.detail}</Text>;
  return (
    <Table aria-label={`Agreement of all readers, ${name}`}>
      <Table.Tbody>
        {Object.entries(COEFFICIENTS).map(([key, title]) => {
          const outcome = decisions[key];
          return (
            outcome && (
              <Table.Tr key={key}>
                <Table.Th scope="row">{title}</Table.Th>
                <Table.Td>
                  <OutcomeText outcome={outcome} />
                </Table.Td>
              </Table.Tr>
            )
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function kappa(pairs: Pair[], a: string, b: string) {
  const pair = pairs.find((one) => one.a === a && one.b === b);
  return pair ? <span title={detail(pair.kappa)}>{short(pair.kappa)}</span> : null;
}

const short = (outcome: Outcome): string => (isUndefined(outcome) ? "–" : decimal(outcome.value));
const detail = (outcome: Outcome): string => `${outcomeText(outcome)}. ${outcomeDetail(outcome)}`;
