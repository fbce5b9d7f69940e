import { Button, Group, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { caseImagesQuery, currentOf, type PreviewStudy } from "@/api/hanging";
import { casesQuery } from "@/api/readerStudies";
import { captionsBySeries } from "@/domain/captions";
import type { Grid } from "@/domain/grid";
import { hungAgain, hungGrid, withOpenings, withoutPane } from "@/domain/hangGrid";
import type { HangableSeries, HangingRule } from "@/domain/hanging";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import { Section } from "@/ui/Section";
import { usePreferences } from "@/ui/usePreferences";
import { useSeriesSource } from "@/ui/useSeriesSource";
import type { ViewerHandle, ViewerMark } from "@/viewer";
import type { PartProps } from "../parts";
import classes from "./Hanging.module.css";

const LookingGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.LookingGrid })));

const NO_MARKS: ViewerMark[] = [];

interface HangingPreviewProps extends PartProps {
  rules: HangingRule[];
  showsPriors: boolean;
}

/** A case as the reading room would open it by the rules as they stand here, saved or not. */
export function HangingPreview({ readerStudy, rules, showsPriors }: HangingPreviewProps) {
  const { data: cases } = useQuery(casesQuery(readerStudy.id));
  const [chosen, setChosen] = useState<string | null>(null);
  const caseId = chosen ?? cases?.[0]?.id ?? null;
  return (
    <Section
      title="Preview"
      about="The reader's own viewer, with the rules as they stand here."
      actions={
        <Select
          aria-label="Case to preview"
          w={150}
          searchable
          allowDeselect={false}
          data={(cases ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={caseId}
          onChange={setChosen}
        />
      }
    >
      {cases?.length === 0 && (
        <Text size="sm" c="dimmed">
          Choose cases first; then one of them can be hung here.
        </Text>
      )}
      {caseId && (
        <CasePreview
          key={caseId}
          readerStudyId={readerStudy.id}
          caseId={caseId}
          rules={rules}
          showsPriors={showsPriors}
        />
      )}
    </Section>
  );
}

interface CasePreviewProps {
  readerStudyId: string;
  caseId: string;
  rules: HangingRule[];
  showsPriors: boolean;
}

function CasePreview({ readerStudyId, caseId, rules, showsPriors }: CasePreviewProps) {
  const { data, error, refetch } = useQuery(caseImagesQuery(readerStudyId, caseId));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const studies = showsPriors ? data.studies : currentOf(data.studies);
  return <HungCase allStudies={data.studies} studies={studies} rules={rules} />;
}

interface HungCaseProps {
  allStudies: PreviewStudy[];
  studies: PreviewStudy[];
  rules: HangingRule[];
}

function HungCase({ allStudies, studies, rules }: HungCaseProps) {
  const viewer = useRef<ViewerHandle>(null);
  const { mouse } = usePreferences();
  const settings = useMemo(() => ({ map: mouse, isWheelReversed: false }), [mouse]);
  // By content: each keystroke in the editor makes new objects, and only what they say may hang the case anew.
  const seriesOf = (isPrior: boolean) =>
    studies.filter((study) => study.is_prior === isPrior).map(({ series }) => series);
  const text = JSON.stringify([rules, { current: seriesOf(false), priors: seriesOf(true) }]);
  const hung = useMemo(() => hungGrid(...(JSON.parse(text) as Parameters<typeof hungGrid>)), [text]);
  const [shown, setShown] = useState({ hung, grid: hung.grid });
  const grid = shown.hung === hung ? shown.grid : hung.grid;
  const onGrid = (change: (grid: Grid) => Grid) =>
    setShown({ hung, grid: withOpenings(hung.grid, grid, change(grid)) });
  const source = useSeriesSource((uid) => studyWith(allStudies, uid)?.study_instance_uid);
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" data-testid="hung-by">
          {hung.ruleName ? `Hung by: ${hung.ruleName}` : "This case has no images."}
        </Text>
        <Button
          variant="default"
          size="compact-xs"
          onClick={() => onGrid((now) => hungAgain(hung.grid, now))}
        >
          Hang again
        </Button>
      </Group>
      <LeftWithoutPane studies={studies} grid={hung.grid} />
      <div className={classes.preview}>
        <Suspense fallback={<LoadingScreen />}>
          <LookingGrid
            ref={viewer}
            grid={grid}
            onGrid={onGrid}
            source={source}
            captions={captionsOf(studies)}
            marks={NO_MARKS}
            mouse={settings}
            isTestMode={isTestMode()}
          />
        </Suspense>
      </div>
    </>
  );
}

/** What a reader has to fetch from the list of series, because the grid has no pane for it. */
function LeftWithoutPane({ studies, grid }: { studies: PreviewStudy[]; grid: Grid }) {
  const left = studies.flatMap((study) =>
    withoutPane(grid, study.series).map((series) => `${study.name}: ${seriesText(series)}`),
  );
  if (left.length === 0) return null;
  return (
    <Text size="sm" c="dimmed" data-testid="without-pane">
      Without a pane, reached from the list of series or with the arrow keys: {left.join("; ")}.
    </Text>
  );
}

function seriesText({ series_number, modality, facts }: HangableSeries): string {
  const views = new Set((facts?.views ?? []).map((one) => `${one.laterality} ${one.view}`.trim()));
  const shown = [...views].filter(Boolean).join(", ");
  return `series ${series_number ?? "without number"} (${[modality, shown].filter(Boolean).join(" ")})`;
}

function studyWith(studies: PreviewStudy[], seriesInstanceUid: string): PreviewStudy | undefined {
  return studies.find(({ series }) => series.some((one) => one.series_instance_uid === seriesInstanceUid));
}

/** What the reading room writes over images. */
function captionsOf(studies: PreviewStudy[]) {
  return captionsBySeries(
    studies.map(({ name, interval, is_prior, series }) => ({
      text: [name, interval].filter(Boolean).join(" · "),
      isPrior: is_prior,
      series,
    })),
  );
}
