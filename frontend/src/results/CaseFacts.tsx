import { Anchor, Button, Checkbox, Group, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { CaseAi, CaseAnalysed, CaseRead } from "@/api/analysis";
import { lesionName } from "@/domain/lesions";
import { ratingWriter } from "@/domain/resultText";
import { methodText, uncertaintyNumber } from "@/domain/uncertainty";
import type { ViewerMark } from "@/viewer";
import { type MarkLayer, readKey, readName } from "./caseMarks";

interface CaseFactsProps {
  analysed: CaseAnalysed;
  layers: MarkLayer[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
  onJump: (mark: ViewerMark) => void;
}

/** Truth, AI and reads of a case, each with its marks. */
export function CaseFacts({ analysed, layers, hidden, onToggle, onJump }: CaseFactsProps) {
  const { truth, lesions, ai, reads, reference_standard_version: version } = analysed;
  return (
    <>
      <section aria-label="Truth">
        <Text size="sm" fw={600}>
          Truth: {truthText(truth)}
        </Text>
        <Text size="xs" c="dimmed">
          Version {version} of the reference standard
          {lesions.length > 0 && `; ${lesions.length} lesion${lesions.length === 1 ? "" : "s"}: `}
          {lesions.map((lesion) => [lesion.id, lesionName(lesion)].filter(Boolean).join(" ")).join(", ")}
        </Text>
      </section>
      <section aria-label="AI and readers">
        <Table aria-label="What the AI and the readers said" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Who</Table.Th>
              <Table.Th>Said</Table.Th>
              <Table.Th>Rating</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ai.map((one) => (
              <AiRow key={one.name} ai={one} truth={truth} />
            ))}
            {reads.map((read) => (
              <ReadRow key={readKey(read)} read={read} truth={truth} />
            ))}
          </Table.Tbody>
        </Table>
        {reads.length === 0 && <Text size="sm">No signed read of this case is in the analysis.</Text>}
      </section>
      <section aria-label="Marks">
        <Text size="sm" fw={600}>
          Marks on the images
        </Text>
        {layers.length === 0 && (
          <Text size="sm">Neither the truth nor an AI nor a reader has marked a place.</Text>
        )}
        {layers.map(({ key, name, marks }) => (
          <Group key={key} gap="xs" mt={4}>
            <Checkbox
              size="xs"
              label={`${name} (${marks.length})`}
              checked={!hidden.has(key)}
              onChange={() => onToggle(key)}
            />
            {marks.map((mark, index) => (
              <Button
                key={mark.id}
                size="compact-xs"
                variant="default"
                aria-label={`Go to mark ${index + 1} of ${name}`}
                onClick={() => onJump(mark)}
              >
                {index + 1}
              </Button>
            ))}
          </Group>
        ))}
      </section>
    </>
  );
}

function truthText(truth: CaseAnalysed["truth"]): string {
  if (truth === null) return "not known";
  return truth ? "positive" : "negative";
}

/** In words, so that it is told without colour: "positive, right". */
function saidText(call: boolean | null, truth: CaseAnalysed["truth"]): string {
  if (call === null) return "no decision";
  const said = call ? "positive" : "negative";
  if (truth === null) return said;
  return `${said}, ${call === (truth === 1) ? "right" : "wrong"}`;
}

function AiRow({ ai, truth }: { ai: CaseAi; truth: CaseAnalysed["truth"] }) {
  const call = ai.threshold === null ? null : ai.score >= ai.threshold;
  const ratingText = ratingWriter([ai.score, ai.threshold]);
  return (
    <Table.Tr>
      <Table.Th scope="row">AI: {ai.name}</Table.Th>
      <Table.Td>{saidText(call, truth)}</Table.Td>
      <Table.Td>
        {ratingText(ai.score)}
        {ai.threshold !== null && (
          <Text size="xs" c="dimmed">
            positive from {ratingText(ai.threshold)} on
          </Text>
        )}
        {ai.uncertainty && (
          <Text size="xs" c="dimmed">
            uncertainty {uncertaintyNumber(ai.uncertainty.value)} ({methodText(ai.uncertainty)})
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function ReadRow({ read, truth }: { read: CaseRead; truth: CaseAnalysed["truth"] }) {
  return (
    <>
      <Table.Tr>
        <Table.Th scope="row">
          {readName(read)}
          {read.read_id && (
            <>
              {" "}
              <Anchor component={Link} to={`/reads/${read.read_id}/history`} size="xs">
                History
              </Anchor>
            </>
          )}
        </Table.Th>
        <Table.Td>{saidText(read.call, truth)}</Table.Td>
        <Table.Td>{read.rating ?? "–"}</Table.Td>
      </Table.Tr>
      {read.answers.length > 0 && (
        <Table.Tr>
          <Table.Td colSpan={3}>
            <Text size="xs" c="dimmed">
              {read.answers.map(({ question, answer }) => `${question} ${answer}`).join(" · ")}
            </Text>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
