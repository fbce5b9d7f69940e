import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo } from "react";
import { frameUrl, type Read, seriesMetadataQuery } from "@/api/reading";
import type { HotkeyAction } from "@/domain/hotkeys";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import type { InForce } from "@/ui/usePreferences";
import type { SeriesSource } from "@/viewer";
import classes from "./ReadingRoom.module.css";
import { SeriesList } from "./SeriesList";
import { SegmentBar } from "./segments/SegmentBar";
import type { Segments } from "./segments/useSegments";
import { Toolbar } from "./Toolbar";
import type { Images } from "./useImages";

// The viewer is by far the largest part of the application; the read and its metadata load meanwhile.
const ViewerGrid = lazy(() => import("@/viewer").then((viewer) => ({ default: viewer.ViewerGrid })));

interface ImagesPaneProps {
  read: Read;
  images: Images;
  segments: Segments;
  isFrozen: boolean;
  inForce: InForce;
  onImageShown: () => void;
  onAction: (action: HotkeyAction) => void;
}

export function ImagesPane(props: ImagesPaneProps) {
  const { read, images, segments, isFrozen, inForce, onAction } = props;
  const { study_instance_uid, series, is_synthetic } = read.case.imaging_study;
  const source = useSeriesSource(study_instance_uid);
  const isWheelReversed = inForce.preferences.viewer?.wheel_is_reversed ?? false;
  const mouse = useMemo(() => ({ map: inForce.mouse, isWheelReversed }), [inForce.mouse, isWheelReversed]);
  return (
    <section className={classes.images} aria-label="Images">
      <Toolbar images={images} keymap={inForce.keymap} isDisabled={isFrozen} onAction={onAction} />
      {segments.isOffered && <SegmentBar segments={segments} isDisabled={isFrozen} />}
      <div className={classes.viewerRow}>
        <SeriesList series={series} grid={images.grid} onChosen={images.showSeries} />
        <div className={classes.viewer}>
          <Suspense fallback={<LoadingScreen />}>
            <ViewerGrid
              ref={images.viewer}
              grid={images.grid}
              onGrid={images.onGrid}
              source={source}
              marks={images.marks}
              areMarksVisible={images.areMarksVisible}
              selectedMarkId={images.selectedMarkId}
              // What was chosen before the read became read-only draws no more.
              tool={isFrozen ? null : images.tool}
              mouse={mouse}
              segments={segments.inputs}
              onSegmentPainted={segments.onSegmentPainted}
              onSegmentNotice={segments.onSegmentNotice}
              firstMark={images.firstMark}
              isTestMode={isTestMode()}
              onImageShown={props.onImageShown}
              onSeriesDropped={(paneId, uid) => images.showSeries(uid, paneId)}
              onMarkDrawn={images.onMarkDrawn}
              onMarkMoved={images.onMarkMoved}
              onMarkSelected={images.setSelectedMarkId}
              onMarkRefused={(reason) => notifications.show({ message: reason, color: "orange" })}
            />
          </Suspense>
          {is_synthetic && <span className={classes.synthetic}>Synthetic images</span>}
        </div>
      </div>
    </section>
  );
}

/** How the viewer gets at a series of this imaging study. */
function useSeriesSource(studyInstanceUid: string): SeriesSource {
  const client = useQueryClient();
  return useCallback(
    async (seriesInstanceUid) => ({
      instances: await client.fetchQuery(seriesMetadataQuery(studyInstanceUid, seriesInstanceUid)),
      frameUrl: (sopInstanceUid, frame) =>
        frameUrl(studyInstanceUid, seriesInstanceUid, sopInstanceUid, frame),
    }),
    [client, studyInstanceUid],
  );
}
