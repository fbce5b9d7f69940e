import { lazy, type RefObject, Suspense, useMemo, useState } from "react";
import { captionsBySeries } from "@/domain/captions";
import type { Grid } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import type { HangableSeries } from "@/domain/hanging";
import type { LookingGridProps, ViewerHandle } from "@/viewer";
import { LoadingScreen } from "./LoadingScreen";
import { isTestMode } from "./pageMeta";
import { usePreferences } from "./usePreferences";
import { useSeriesSource } from "./useSeriesSource";

const LookingGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.LookingGrid })));

type Own = "grid" | "onGrid" | "source" | "mouse" | "isTestMode" | "ref";

interface StudyImagesProps extends Omit<LookingGridProps, Own> {
  /** Those that are read together, the same list while they are the same. */
  studies: { study_instance_uid: string; series: HangableSeries[] }[];
  viewer: RefObject<ViewerHandle | null>;
}

/** Imaging studies of a case outside the reading room, hung by the built-in rules, with the marks that there are to see. */
export function StudyImages({ studies, viewer, ...shown }: StudyImagesProps) {
  const { mouse } = usePreferences();
  const settings = useMemo(() => ({ map: mouse, isWheelReversed: false }), [mouse]);
  const hung = useMemo(
    () => hungGrid([], { current: studies.map(({ series }) => series), priors: [] }),
    [studies],
  );
  const [grid, setGrid] = useState<Grid>(hung.grid);
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
