import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback } from "react";
import { frameUrl, type Read, seriesMetadataQuery } from "@/api/reading";
import type { HotkeyAction } from "@/domain/hotkeys";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
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
  onAction: (action: HotkeyAction) => void;
}

export function ImagesPane({ read, images, isFrozen, onAction }: ImagesPaneProps) {
  const { study_instance_uid, series, is_synthetic } = read.case.imaging_study;
  return (
    <section className={classes.images} aria-label="Images">
      <Toolbar
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
          <SeriesViewer studyInstanceUid={study_instance_uid} images={images} />
          {is_synthetic && <span className={classes.synthetic}>Synthetic images</span>}
        </div>
      </div>
    </section>
  );
}

function SeriesViewer({ studyInstanceUid, images }: { studyInstanceUid: string; images: Images }) {
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
        firstMark={images.firstMark}
        isTestMode={isTestMode()}
        onMarkDrawn={images.onMarkDrawn}
        onMarkMoved={images.onMarkMoved}
        onMarkSelected={images.setSelectedMarkId}
      />
    </Suspense>
  );
}
