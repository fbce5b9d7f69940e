import { notifications } from "@mantine/notifications";
import { useCallback, useMemo, useState } from "react";
import type { Read } from "@/api/reading";
import type { HotkeyAction } from "@/domain/hotkeys";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import type { Preset } from "@/domain/windowPresets";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { isTestMode } from "@/ui/pageMeta";
import type { InForce } from "@/ui/usePreferences";
import { useSeriesSource } from "@/ui/useSeriesSource";
import type { ImageOverlays } from "@/viewer";
import type { Ai } from "./ai/useAi";
import { useReadersSegments } from "./arbitration/useReadersMarks";
import { captionsOf, type PriorsShown, studiesOf, studyOfSeries } from "./caseImages";
import classes from "./ReadingRoom.module.css";
import { SeriesList } from "./SeriesList";
import { SlabSelect } from "./SlabSelect";
import { SegmentBar } from "./segments/SegmentBar";
import type { Segments } from "./segments/useSegments";
import { Toolbar } from "./Toolbar";
import type { Images } from "./useImages";
import { useViewerCode } from "./viewerCode";

interface ImagesPaneProps {
  read: Read;
  images: Images;
  segments: Segments;
  ai: Ai;
  isFrozen: boolean;
  inForce: InForce;
  presets: Preset[];
  priorsShown: PriorsShown;
  /** The first image comes before the signs above it. */
  hasTools: boolean;
  onImageShown: () => void;
  onAction: (action: HotkeyAction) => void;
}

export function ImagesPane(props: ImagesPaneProps) {
  const { read, images, segments, ai, isFrozen, inForce, presets, priorsShown, hasTools } = props;
  const overlays = useOverlaysOn(ai, useReadersSegments(read, images.areMarksVisible));
  const [unit, setUnit] = useState<"mm" | "px">("mm");
  const source = useSeriesSource((uid) => studyOfSeries(read, uid)?.images.study_instance_uid);
  const mayMark = useMayMark(read, images.hasRoom);
  const viewerCode = useViewerCode();
  const captions = useMemo(() => captionsOf(read, priorsShown), [read, priorsShown]);
  const [isReady, setReady] = useState(false);
  const isWheelReversed = inForce.preferences.viewer?.wheel_is_reversed ?? false;
  const mouse = useMemo(() => ({ map: inForce.mouse, isWheelReversed }), [inForce.mouse, isWheelReversed]);
  return (
    <section className={classes.images} aria-label="Images">
      <Toolbar
        images={images}
        isSegmenting={segments.tool !== null}
        presets={presets}
        keymap={inForce.keymap}
        isDisabled={isFrozen}
        isEmpty={!hasTools}
        onAction={props.onAction}
      />
      {segments.isOffered && <SegmentBar segments={segments} unit={unit} isDisabled={isFrozen} />}
      <div className={classes.viewerRow}>
        <SeriesList
          studies={studiesOf(read, priorsShown)}
          grid={images.grid}
          viewer={isReady ? images.viewer.current : null}
          onChosen={images.showSeries}
        />
        <div className={classes.viewer}>
          {viewerCode ? (
            <viewerCode.ViewerGrid
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
              onReady={() => setReady(true)}
              overlays={overlays}
              onUnitShown={setUnit}
              onSuvShown={images.setSuvShown}
              looks={images.looks}
              onViewLeft={images.onViewLeft}
              isTestMode={isTestMode()}
              onImageShown={props.onImageShown}
              onSeriesDropped={(paneId, uid) => images.showSeries(uid, paneId)}
              captions={captions}
              mayMark={mayMark}
              onMarkDrawn={images.onMarkDrawn}
              onMarkMoved={images.onMarkMoved}
              onMarkSelected={images.setSelectedMarkId}
              onMarkRefused={(reason) => notifications.show({ id: reason, message: reason, color: "orange" })}
            />
          ) : (
            <LoadingScreen />
          )}
          {images.grid.layout === "MPR" && <SlabSelect grid={images.grid} onGrid={images.onGrid} />}
          {studiesOf(read).some(({ isPrior, images: one }) => !isPrior && one.is_synthetic) && (
            <span className={classes.synthetic}>Synthetic images</span>
          )}
        </div>
      </div>
    </section>
  );
}

/** What the AI and other readers lay over the images, the same object while nothing of it changes. */
function useOverlaysOn(
  { heats: maps, segments: aiSegments, overlays }: Ai,
  readersSegments: SegmentOverlay[],
): ImageOverlays {
  const opacity = overlays.strengths.heat;
  const heats = useMemo(() => maps.map((one) => ({ ...one, opacity })), [maps, opacity]);
  return useMemo(
    () => ({ heats, segments: [...aiSegments, ...readersSegments] }),
    [heats, aiSegments, readersSegments],
  );
}

/** Marks belong to the case: a prior is looked at, not marked. */
function useMayMark(read: Read, hasRoom: () => boolean): (seriesInstanceUid: string) => boolean {
  return useCallback(
    (seriesInstanceUid) => {
      const isPrior = studyOfSeries(read, seriesInstanceUid)?.isPrior ?? false;
      if (isPrior)
        notifications.show({ message: "Priors are not marked. Draw on the current study.", color: "orange" });
      return !isPrior && hasRoom();
    },
    [read, hasRoom],
  );
}
