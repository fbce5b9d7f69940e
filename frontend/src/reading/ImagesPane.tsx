import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo } from "react";
import { frameUrl, type Read, seriesMetadataQuery } from "@/api/reading";
import type { HotkeyAction } from "@/domain/hotkeys";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import type { InForce } from "@/ui/usePreferences";
import classes from "./ReadingRoom.module.css";
import { SeriesList } from "./SeriesList";
import { Toolbar } from "./Toolbar";
import type { Images } from "./useImages";

// The viewer is by far the largest part of the application; the read and its metadata load meanwhile.
const StackViewer = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.StackViewer })));

interface ImagesPaneProps {
  read: Read;
  images: Images;
  isFrozen: boolean;
  inForce: InForce;
  onAction: (action: HotkeyAction) => void;
}

export function ImagesPane({ read, images, isFrozen, inForce, onAction }: ImagesPaneProps) {
  const { study_instance_uid, series, is_synthetic } = read.case.imaging_study;
  return (
    <section className={classes.images} aria-label="Images">
      <Toolbar
        keymap={inForce.keymap}
        tool={images.tool}
        areMarksVisible={images.areMarksVisible}
        isDisabled={isFrozen}
        onTool={images.setTool}
        onFit={() => onAction("view_fit")}
        onResetWindow={() => onAction("window_reset")}
        onInvert={() => onAction("window_invert")}
        onToggleMarks={images.toggleMarks}
        onHelp={() => onAction("help")}
      />
      <div className={classes.viewerRow}>
        <SeriesList series={series} shown={images.shownSeries} onChosen={images.showSeries} />
        <div className={classes.viewer}>
          <SeriesViewer studyInstanceUid={study_instance_uid} images={images} inForce={inForce} />
          {is_synthetic && <span className={classes.synthetic}>Synthetic images</span>}
        </div>
      </div>
    </section>
  );
}

interface SeriesViewerProps {
  studyInstanceUid: string;
  images: Images;
  inForce: InForce;
}

function SeriesViewer({ studyInstanceUid, images, inForce }: SeriesViewerProps) {
  const isWheelReversed = inForce.preferences.viewer?.wheel_is_reversed ?? false;
  const mouse = useMemo(() => ({ map: inForce.mouse, isWheelReversed }), [inForce.mouse, isWheelReversed]);
  const series = images.shownSeries;
  const metadata = useQuery(seriesMetadataQuery(studyInstanceUid, series));
  const urlOfFrame = useCallback(
    (sopInstanceUid: string, frame: number) => frameUrl(studyInstanceUid, series, sopInstanceUid, frame),
    [studyInstanceUid, series],
  );
  if (metadata.error) {
    return (
      <div className={classes.centre}>
        <ErrorNotice
          error={metadata.error}
          title="The images cannot be loaded"
          onRetry={() => void metadata.refetch()}
        />
      </div>
    );
  }
  if (!metadata.data) return <LoadingScreen />;
  return (
    <Suspense fallback={<LoadingScreen />}>
      <StackViewer
        ref={images.viewer}
        instances={metadata.data}
        frameUrl={urlOfFrame}
        marks={images.marks}
        areMarksVisible={images.areMarksVisible}
        selectedMarkId={images.selectedMarkId}
        tool={images.tool}
        mouse={mouse}
        firstMark={images.firstMark}
        isTestMode={isTestMode()}
        onMarkDrawn={images.onMarkDrawn}
        onMarkMoved={images.onMarkMoved}
        onMarkSelected={images.setSelectedMarkId}
      />
    </Suspense>
  );
}
