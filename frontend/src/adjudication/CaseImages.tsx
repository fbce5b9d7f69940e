import { lazy, type RefObject, Suspense, useMemo, useState } from "react";
import type { ImagesOfCase } from "@/api/reading";
import type { Grid } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import type { Geometry } from "@/domain/payload";
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
const nothing = () => undefined;

interface CaseImagesProps {
  images: ImagesOfCase;
  marks: ViewerMark[];
  areMarksVisible: boolean;
  selectedMarkId: string | null;
  /** Whether the next click adds a point. */
  isPlacing: boolean;
  onPlaced: (geometry: Geometry) => void;
  onSelected: (markId: string | null) => void;
  viewer: RefObject<ViewerHandle | null>;
}

/** The images of a case, hung by the built-in rules, with the marks that there are to see. */
export function CaseImages(props: CaseImagesProps) {
  const { images, marks, isPlacing, viewer } = props;
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
        marks={marks}
        overlays={NO_OVERLAYS}
        areMarksVisible={props.areMarksVisible}
        selectedMarkId={props.selectedMarkId}
        tool={isPlacing ? "POINT" : null}
        segments={NO_SEGMENTS}
        mouse={settings}
        firstMark={null}
        isTestMode={isTestMode()}
        onSeriesDropped={nothing}
        mayMark={() => isPlacing}
        onMarkDrawn={(_id, { geometry }) => props.onPlaced(geometry)}
        onMarkMoved={nothing}
        onMarkRefused={nothing}
        onSegmentPainted={async () => undefined}
        onSegmentNotice={nothing}
        onMarkSelected={props.onSelected}
        onUnitShown={nothing}
        onImageShown={nothing}
      />
    </Suspense>
  );
}
