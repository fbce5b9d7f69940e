import { Alert, Anchor, List, Text } from "@mantine/core";
import { type AnalysisRun, analysisFiles } from "@/api/analysis";
import { saidOnce } from "@/domain/analysisPlan";
import type { PlannedResult } from "@/domain/plannedResult";
import { FilePrefix, fileNamePart } from "@/ui/charts/fileNames";
import { Later } from "@/ui/Later";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { CasesBehind } from "./CasesBehind";
import { DescriptionView } from "./DescriptionView";
import { EndpointTable } from "./EndpointTable";
import { PlannedOverview } from "./PlannedOverview";
import { Provenance } from "./Provenance";
import { ReportPanel } from "./ReportPanel";

interface PlannedResultViewProps {
  readerStudyId: string;
  run: AnalysisRun;
  result: PlannedResult;
}

/** The result of a locked plan: its endpoints first, then what it said and when it was fixed. */
export function PlannedResultView({ readerStudyId, run, result }: PlannedResultViewProps) {
  const { plan, endpoints, notes, description } = result;
  return (
    <FilePrefix value={`${fileNamePart(result.reader_study.name)}-plan-${plan.number}`}>
      {notes.length > 0 && (
        <Alert variant="light" color="yellow" title="To be known of this result">
          <List size="sm">
            {notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {description && <PlannedOverview result={result} description={description} />}
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
      <Later>
        {description && (
          <CasesBehind readerStudyId={readerStudyId} runId={run.id} description={description}>
            <DescriptionView description={description} level={result.confidence_level} />
          </CasesBehind>
        )}
      </Later>
      <Section title="The plan" about={`Locked by ${plan.lock.by}, ${dateTime(plan.lock.at)}`}>
        <List size="sm" spacing={4}>
          {plan.sentences.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
        {saidOnce(plan.warnings.map(({ detail, endpoint = null }) => ({ detail, endpoint }))).map(
          (warning) => (
            <Text key={warning} size="sm" c="yellow">
              {warning}
            </Text>
          ),
        )}
      </Section>
      <ReportPanel runId={run.id} />
      <Provenance run={run} result={result} />
    </FilePrefix>
  );
}
