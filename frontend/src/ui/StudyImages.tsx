import { lazy, type RefObject, Suspense, useMemo, useState } from "react";
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
  study: { study_instance_uid: string; series: HangableSeries[] };
  viewer: RefObject<ViewerHandle | null>;
}

/** An imaging study outside the reading room, hung by the built-in rules, with the marks that there are to see. */
export function StudyImages({ study, viewer, ...shown }: StudyImagesProps) {
  const { mouse } = usePreferences();
  const settings = useMemo(() => ({ map: mouse, isWheelReversed: false }), [mouse]);
  const hung = useMemo(() => hungGrid([], [study.series]), [study.series]);
  const [grid, setGrid] = useState<Grid>(hung.grid);
  const source = useSeriesSource(() => study.study_instance_uid);
  return (
    <Suspense fallback={<LoadingScreen />}>
      <LookingGrid
        ref={viewer}
        grid={grid}
        onGrid={setGrid}
        source={source}
        mouse={settings}
        isTestMode={isTestMode()}
        {...shown}
      />
    </Suspense>
  );
}
