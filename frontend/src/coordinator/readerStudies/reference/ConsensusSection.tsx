import { Alert, Button, Group, SimpleGrid, Text } from "@mantine/core";
import type { ConsensusRequest, Consensus as Seen } from "@/api/reference";
import { lookAtConsensus } from "@/api/referenceJobs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import type { PartProps } from "../parts";
import { LesionRuleFields } from "./LesionRuleFields";
import { LesionTables } from "./LesionTables";
import { OutcomeTable } from "./OutcomeTable";
import { PanelFields, PanelReaders } from "./PanelFields";
import { ReferenceJobStatus } from "./ReferenceJobStatus";
import { type PanelForm, usePanel } from "./usePanel";
import { useReferenceJob } from "./useReferenceJob";

/** Makes a version from what the readers have signed: the rule, a look at what it gives, and the storing of that. */
export function ConsensusSection({ readerStudy }: PartProps) {
  const panel = usePanel(readerStudy);
  return (
    <Section
      title="Make a version by consensus"
      about="Signed reads vote, one for each reader; hidden repeats and training cases do not. Readers are then scored by a truth that they have made themselves: where these are the readers of the analysis, say so in the report."
    >
      {panel.isLoaded ? <Consensus readerStudy={readerStudy} panel={panel} /> : <LoadingScreen />}
    </Section>
  );
}

function Consensus({ readerStudy, panel }: PartProps & { panel: PanelForm }) {
  const work = useReferenceJob<Seen, ConsensusRequest>(readerStudy.id, "CONSENSUS", (asked) =>
    lookAtConsensus(readerStudy.id, asked),
  );
  const { request } = panel;
  const look = () => request && work.look(request);
  // A preview of another rule than the one that stands in the fields is not offered for storing.
  const isCurrent = work.asked === undefined || JSON.stringify(work.asked) === JSON.stringify(request);
  const seen = isCurrent ? work.found : undefined;
  return (
    <>
      <PanelFields panel={panel} />
      <PanelReaders panel={panel} />
      <LesionRuleFields panel={panel} />
      <Group gap="sm">
        <Button variant="default" disabled={!request} loading={work.isLooking} onClick={look}>
          Preview
        </Button>
        {seen && request && (
          <Button loading={work.isStoring} onClick={work.store}>
            Store as a new version
          </Button>
        )}
      </Group>
      <ReferenceJobStatus job={work.job} onCancel={work.cancel} />
      {work.error && isCurrent && (
        <ErrorNotice
          error={work.error}
          title={work.job?.is_storing ? "Nothing was stored" : "There is no such consensus"}
        />
      )}
      {work.stored !== null && (
        <Alert color="teal" variant="light" role="status" title="The consensus is stored">
          Version {work.stored}; it is not locked yet.
        </Alert>
      )}
      {seen && <Preview consensus={seen} />}
      {seen && <LesionTables readerStudy={readerStudy} consensus={seen} onCorrected={look} />}
    </>
  );
}

const COUNTED: [string, string][] = [
  ["agreed", "all the same"],
  ["by_rule", "decided by the rule"],
  ["tied", "left open by the rule"],
  ["too_few", "too few votes"],
  ["contradicted", "votes and marks differ"],
  ["carried", "training, kept"],
  ["positive", "positive"],
  ["negative", "negative"],
  ["excluded", "excluded"],
  ["adjudication", "for adjudication"],
];

function Preview({ consensus }: { consensus: Seen }) {
  return (
    <>
      <SimpleGrid
        cols={{ base: 3, sm: 5, lg: 10 }}
        spacing="xs"
        aria-label="Counts of the preview"
        role="group"
      >
        {COUNTED.map(([name, text]) => (
          <div key={name}>
            <Text fw={600}>{consensus.counts[name]}</Text>
            <Text size="xs" c="dimmed">
              {text}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <OutcomeTable cases={consensus.cases} label="Preview of the consensus" />
    </>
  );
}
