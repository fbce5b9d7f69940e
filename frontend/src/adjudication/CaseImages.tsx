import { lazy, type RefObject, Suspense, useMemo, useState } from "react";
import type { ImagesOfCase } from "@/api/reading";
import type { Grid } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import type { Geometry } from "@/domain/payload";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import { usePreferences } from "@/ui/usePreferences";
import { useSeriesSource } from "@/ui/useSeriesSource";
import type { ViewerHandle, ViewerMark } from "@/viewer";

const LookingGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.LookingGrid })));

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
      <LookingGrid
        ref={viewer}
        grid={grid}
        onGrid={setGrid}
        source={source}
        marks={marks}
        areMarksVisible={props.areMarksVisible}
        selectedMarkId={props.selectedMarkId}
        tool={isPlacing ? "POINT" : null}
        mouse={settings}
        isTestMode={isTestMode()}
        mayMark={() => isPlacing}
        onMarkDrawn={(_id, { geometry }) => props.onPlaced(geometry)}
        onMarkSelected={props.onSelected}
      />
    </Suspense>
  );
}
