import { Anchor, SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type AnalysisRun, analysisFiles, analysisResultQuery } from "@/api/analysis";
import { summary } from "@/domain/resultSummary";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { HintArea } from "@/ui/HintArea";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { TruthLink } from "@/ui/TruthLink";
import { AbstentionSection } from "./AbstentionSection";
import { AnswerCards } from "./AnswerCards";
import { CalibrationSection } from "./CalibrationSection";
import { ComparisonTable } from "./ComparisonTable";
import { ForestFigure, RocFigure } from "./figures";
import { MeasuresTable } from "./MeasuresTable";
import { PlannedResultView } from "./PlannedResultView";
import { Provenance } from "./Provenance";
import { ReportPanel } from "./ReportPanel";

/** The result of one analysis, most asked first: answers, measures, figures, tests, exclusions, provenance. */
export function ResultView({ readerStudyId, run }: { readerStudyId: string; run: AnalysisRun }) {
  const { data: result, error, refetch } = useQuery(analysisResultQuery(run.id));
  if (error) {
    return (
      <>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <TruthLink error={error} readerStudyId={readerStudyId} />
      </>
    );
  }
  if (!result) return <LoadingScreen />;
  if ("plan" in result) {
    return (
      <HintArea>
        <PlannedResultView readerStudyId={readerStudyId} run={run} result={result} />
      </HintArea>
    );
  }
  const files = analysisFiles(run.id);
  return (
    <HintArea>
      <AnswerCards answers={summary(result)} />
      <Section
        title="Measures"
        about={`Value with its ${Number((100 * result.confidence_level).toFixed(1))} % interval. Point at a number for its method and count.`}
        actions={
          <Anchor href={files.figure("measures")} download size="sm">
            CSV
          </Anchor>
        }
      >
        <MeasuresTable participants={result.participants} />
      </Section>
      <Section title="Sensitivity and specificity">
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
          <ForestFigure measure="sensitivity" result={result} csvUrl={files.figure("measures")} />
          <ForestFigure measure="specificity" result={result} csvUrl={files.figure("measures")} />
        </SimpleGrid>
      </Section>
      <Section title="ROC">
        <RocFigure result={result} csvUrl={files.figure("roc-curves")} />
      </Section>
      <Section
        title="AI compared with each reader"
        about="On the cases both have. Difference is AI − reader; an interval without 0 speaks for a difference."
        actions={
          <Anchor href={files.figure("comparisons")} download size="sm">
            CSV
          </Anchor>
        }
      >
        <ComparisonTable result={result} />
      </Section>
      <CalibrationSection calibration={result.calibration} csvUrl={files.figure("calibration")} />
      {result.participants.some(({ kind }) => kind === "AI") && (
        <AbstentionSection
          name="The AI"
          abstention={result.abstention}
          level={result.confidence_level}
          csvUrl={files.figure("abstention")}
        />
      )}
      <ReportPanel runId={run.id} />
      <Provenance run={run} result={result} />
    </HintArea>
  );
}
