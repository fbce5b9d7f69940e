import { Alert, Anchor, List, Text } from "@mantine/core";
import { type AnalysisRun, analysisFiles } from "@/api/analysis";
import type { PlannedResult } from "@/domain/plannedResult";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { DescriptionView } from "./DescriptionView";
import { EndpointTable } from "./EndpointTable";
import { PlannedOverview } from "./PlannedOverview";
import { Provenance } from "./Provenance";
import { ReportPanel } from "./ReportPanel";

/** The result of a locked plan: its endpoints first, then what it said and when it was fixed. */
export function PlannedResultView({ run, result }: { run: AnalysisRun; result: PlannedResult }) {
  const { plan, endpoints, notes } = result;
  return (
    <>
      {notes.length > 0 && (
        <Alert variant="light" color="yellow" title="To be known of this result">
          <List size="sm">
            {notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {result.description && <PlannedOverview result={result} description={result.description} />}
      <Section
        title={`Endpoints of plan ${plan.number}`}
        about="Value with its interval. Point at a number for its method and count; primary p values are corrected as the plan says."
        actions={
          <Anchor href={analysisFiles(run.id).figure("endpoints")} download size="sm">
            CSV
          </Anchor>
        }
      >
        <EndpointTable endpoints={endpoints} />
      </Section>
      {result.description && (
        <DescriptionView description={result.description} level={result.confidence_level} />
      )}
      <Section title="The plan" about={`Locked by ${plan.lock.by}, ${dateTime(plan.lock.at)}`}>
        <List size="sm" spacing={4}>
          {plan.sentences.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
        {plan.warnings.map((warning) => (
          <Text key={`${warning.field} ${warning.code}`} size="sm" c="yellow">
            {warning.detail}
          </Text>
        ))}
      </Section>
      <ReportPanel runId={run.id} />
      <Provenance run={run} result={result} />
    </>
  );
}
