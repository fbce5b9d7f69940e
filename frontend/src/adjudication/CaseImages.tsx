import { lazy, Suspense, useMemo, useRef, useState } from "react";
import type { ImagesOfCase } from "@/api/reading";
import type { Grid } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import { FIRST_SETTINGS } from "@/domain/segmentTools";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import { usePreferences } from "@/ui/usePreferences";
import { useSeriesSource } from "@/ui/useSeriesSource";
import type { ImageOverlays, SegmentInputs, ViewerHandle, ViewerMark } from "@/viewer";

const ViewerGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.ViewerGrid })));

const NO_OVERLAYS: ImageOverlays = { heat: null, aiSegments: [] };
const NO_SEGMENTS: SegmentInputs = {
  shown: [],
  active: { segmentId: "", colour: [0, 0, 0], seriesInstanceUid: null },
  drawable: new Set(),
  tool: null,
  settings: FIRST_SETTINGS,
  opacity: 0,
};
const NO_MARKS: ViewerMark[] = [];
const nothing = () => undefined;

/** The images of a case, to look at only, hung by the built-in rules. */
export function CaseImages({ images }: { images: ImagesOfCase }) {
  const viewer = useRef<ViewerHandle>(null);
  const { mouse } = usePreferences();
  const settings = useMemo(() => ({ map: mouse, isWheelReversed: false }), [mouse]);
  const hung = useMemo(() => hungGrid([], [images.series]), [images.series]);
  const [grid, setGrid] = useState<Grid>(hung.grid);
  const source = useSeriesSource(() => images.study_instance_uid);
  return (
    <Suspense fallback={<LoadingScreen />}>
      <ViewerGrid
        ref={viewer}
        grid={grid}
        onGrid={setGrid}
        source={source}
        captions={{}}
        marks={NO_MARKS}
        overlays={NO_OVERLAYS}
        areMarksVisible
        selectedMarkId={null}
        tool={null}
        segments={NO_SEGMENTS}
        mouse={settings}
        firstMark={null}
        isTestMode={isTestMode()}
        onSeriesDropped={nothing}
        mayMark={() => false}
        onMarkDrawn={nothing}
        onMarkMoved={nothing}
        onMarkRefused={nothing}
        onSegmentPainted={async () => undefined}
        onSegmentNotice={nothing}
        onMarkSelected={nothing}
        onUnitShown={nothing}
        onImageShown={nothing}
      />
    </Suspense>
  );
}
