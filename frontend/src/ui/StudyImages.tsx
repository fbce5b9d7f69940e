import { lazy, type Ref, Suspense, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { captionsBySeries } from "@/domain/captions";
import type { Grid } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import type { HangableSeries } from "@/domain/hanging";
import type { LookingGridProps, ViewerHandle, ViewerMark } from "@/viewer";
import { LoadingScreen } from "./LoadingScreen";
import { isTestMode } from "./pageMeta";
import { type Jumps, useJumps } from "./useJumps";
import { usePreferences } from "./usePreferences";
import { useSeriesSource } from "./useSeriesSource";

const LookingGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.LookingGrid })));

type Own = "grid" | "onGrid" | "source" | "mouse" | "isTestMode" | "ref" | "firstMark" | "onReady";

/** Leads to a mark on whichever series of the studies it lies, hung or not. */
export type JumpsOnImages = Pick<Jumps, "jumpTo">;

interface StudyImagesProps extends Omit<LookingGridProps, Own> {
  /** Those that are read together, the same list while they are the same. */
  studies: { study_instance_uid: string; series: HangableSeries[] }[];
  jumps?: Ref<JumpsOnImages>;
  /** The mark at which the images open, and to which they go when it changes. */
  markShown?: ViewerMark | null;
}

/** Imaging studies of a case outside the reading room, hung by the built-in rules, with the marks that there are to see. */
export function StudyImages({ studies, jumps, markShown = null, ...shown }: StudyImagesProps) {
  const viewer = useRef<ViewerHandle>(null);
  const { mouse } = usePreferences();
  const settings = useMemo(() => ({ map: mouse, isWheelReversed: false }), [mouse]);
  const hung = useMemo(
    () => hungGrid([], { current: studies.map(({ series }) => series), priors: [] }),
    [studies],
  );
  const [grid, setGrid] = useState<Grid>(hung.grid);
  const [firstMark, setFirstMark] = useState(markShown);
  const seriesOfCase = useMemo(
    () => studies.flatMap(({ series }) => series.map((one) => one.series_instance_uid)),
    [studies],
  );
  const { jumpTo } = useJumps({ viewer, seriesOfCase, grid, onGrid: setGrid, setFirstMark });
  useImperativeHandle(jumps, () => ({ jumpTo }), [jumpTo]);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (isReady && markShown) jumpTo(markShown);
  }, [isReady, markShown, jumpTo]);
  const captions = useMemo(() => captionsOf(studies), [studies]);
  const source = useSeriesSource((uid) => studyWith(studies, uid)?.study_instance_uid);
  return (
    <Suspense fallback={<LoadingScreen />}>
      <LookingGrid
        ref={viewer}
        grid={grid}
        onGrid={setGrid}
        source={source}
        mouse={settings}
        captions={captions}
        firstMark={firstMark}
        onReady={() => setReady(true)}
        isTestMode={isTestMode()}
        {...shown}
      />
    </Suspense>
  );
}

type ShownStudy = StudyImagesProps["studies"][number];

function studyWith(studies: ShownStudy[], seriesInstanceUid: string): ShownStudy | undefined {
  return studies.find(({ series }) => series.some((one) => one.series_instance_uid === seriesInstanceUid));
}

/** Which of several it is, over its images. */
function captionsOf(studies: ShownStudy[]) {
  return captionsBySeries(
    studies.map(({ series }, index) => ({ text: `Current ${index + 1}`, isPrior: false, series })),
  );
}
