import { SimpleGrid, Table, Text } from "@mantine/core";
import { isUndefined, type Outcome } from "@/domain/analysisResult";
import { differingCases } from "@/domain/casesBehind";
import type { DescribedAgreement, DescribedParticipant, Description, Pair } from "@/domain/description";
import { decimal, outcomeDetail, outcomeText } from "@/domain/resultText";
import { Section } from "@/ui/Section";
import { CasesButton } from "./CasesButton";
import { OutcomeText } from "./OutcomeText";

const COEFFICIENTS: Record<string, string> = {
  percent_agreement: "Share of agreement",
  fleiss: "Fleiss' kappa",
  conger: "Conger's kappa (of two readers Cohen's)",
  gwet: "Gwet's AC1",
  krippendorff: "Krippendorff's alpha",
};

// How the result names what is no reader (`validation/plans/described_agreement.py`).
const TRUTH = "the truth";
const AI = "the AI";

interface AgreementSectionProps {
  description: Description;
  agreement: DescribedAgreement;
  name: string;
}

/** How far the readers of an arm agree, with each other, the AI and the truth. */
export function AgreementSection({ description, agreement, name }: AgreementSectionProps) {
  const { decisions, pairs } = agreement;
  const voices = voicesOf(description, agreement);
  const raters = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  return (
    <Section
      title={`Agreement: ${name}`}
      about="Cohen's kappa of every pair; point at one for its interval, press it for the cases on which the two differ."
    >
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
                    <Table.Td key={column}>
                      <Kappa pair={pairOf(pairs, row, column)} voices={voices} />
                    </Table.Td>
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

const pairOf = (pairs: Pair[], a: string, b: string) => pairs.find((one) => one.a === a && one.b === b);

/** Who of a pair decided what: the readers of the subject by name, and the first AI that decides. */
function voicesOf({ participants }: Description, { subject }: DescribedAgreement) {
  const readers = participants.filter((one) => one.subject === subject);
  const ai = participants.find(({ kind, threshold }) => kind === "AI" && threshold !== null);
  const named = readers.map((one): [string, DescribedParticipant] => [one.name, one]);
  return new Map(ai ? [...named, [AI, ai]] : named);
}

interface KappaProps {
  pair: Pair | undefined;
  voices: Map<string, DescribedParticipant>;
}

function Kappa({ pair, voices }: KappaProps) {
  if (!pair) return null;
  const [a, b] = [voices.get(pair.a), pair.b === TRUTH ? null : voices.get(pair.b)];
  const label = `${pair.a} and ${pair.b}: kappa ${detail(pair.kappa)}`;
  if (!a || b === undefined) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the interval behind it is reached by keyboard too
      <span tabIndex={0} data-hint={label}>
        {short(pair.kappa)}
      </span>
    );
  }
  return (
    <CasesButton label={label} chosen={() => differingCases(`${pair.a} and ${pair.b} differ`, a, b)}>
      {short(pair.kappa)}
    </CasesButton>
  );
}

const short = (outcome: Outcome): string => (isUndefined(outcome) ? "–" : decimal(outcome.value));
const detail = (outcome: Outcome): string => `${outcomeText(outcome)}. ${outcomeDetail(outcome)}`;
