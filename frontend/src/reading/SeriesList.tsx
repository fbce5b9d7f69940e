import { Fragment, useEffect, useRef, useState } from "react";
import type { SeriesOfCase } from "@/api/reading";
import { activePane, type Grid, shownSeries } from "@/domain/grid";
import { withoutPane } from "@/domain/hangGrid";
import { SERIES_DRAG_TYPE } from "@/domain/seriesDrag";
import type { ViewerHandle } from "@/viewer";
import type { CaseStudy } from "./caseImages";
import classes from "./ReadingRoom.module.css";

interface SeriesListProps {
  /** The current imaging study, then the priors. */
  studies: CaseStudy[];
  grid: Grid;
  /** Null until it can draw thumbnails. */
  viewer: ViewerHandle | null;
  onChosen: (seriesInstanceUid: string) => void;
}

/** The series of the case, when there is more than one: a click shows one in the active pane, dragging in any. */
export function SeriesList({ studies, grid, viewer, onChosen }: SeriesListProps) {
  const count = studies.reduce((sum, { images }) => sum + images.series.length, 0);
  if (count < 2) return null;
  const left = withoutPane(
    grid,
    studies.flatMap(({ images }) => images.series),
  ).length;
  return (
    <nav className={classes.series} aria-label="Series">
      {left > 0 && (
        <span className={classes.seriesLeft}>
          {left} of {count} in no pane
        </span>
      )}
      {studies.map(({ caption, isPrior, isWithheld, images }) => (
        <Fragment key={images.study_instance_uid}>
          {studies.length > 1 && (
            <span className={classes.seriesCaption} data-prior={isPrior}>
              {caption}
            </span>
          )}
          {isWithheld ? (
            <span className={classes.seriesLeft}>not shown now</span>
          ) : (
            images.series.map((entry) => (
              <SeriesEntry
                key={entry.series_instance_uid}
                entry={entry}
                grid={grid}
                viewer={viewer}
                onChosen={onChosen}
              />
            ))
          )}
        </Fragment>
      ))}
    </nav>
  );
}

interface SeriesEntryProps extends Pick<SeriesListProps, "grid" | "viewer" | "onChosen"> {
  entry: SeriesOfCase;
}

function SeriesEntry({ entry, grid, viewer, onChosen }: SeriesEntryProps) {
  const uid = entry.series_instance_uid;
  const views = useViewNames(uid, viewer);
  const isShown = shownSeries(grid).includes(uid);
  return (
    <button
      type="button"
      className={classes.seriesEntry}
      aria-label={[
        `Series ${entry.series_number ?? "without number"}`,
        entry.modality,
        ...views,
        `${entry.number_of_instances} images`,
        isShown ? "in a pane" : "in no pane",
      ].join(", ")}
      aria-pressed={uid === activePane(grid).seriesInstanceUid}
      data-series={uid}
      data-shown={isShown}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(SERIES_DRAG_TYPE, uid)}
      onMouseUp={(event) => event.currentTarget.blur()}
      onClick={() => onChosen(uid)}
    >
      <Thumbnail seriesInstanceUid={uid} viewer={viewer} isMirrored={isMirrored(grid, uid)} />
      {views.length > 0 && <b className={classes.seriesViews}>{views.join(", ")}</b>}
      <b>{entry.series_number ?? "–"}</b> {entry.modality}
      <span>{entry.number_of_instances}</span>
    </button>
  );
}

/** Whether the panes show it mirrored: who looks for the right breast looks for it as it hangs. */
function isMirrored(grid: Grid, uid: string): boolean {
  return grid.panes.some((pane) => pane.seriesInstanceUid === uid && pane.opening?.isFlipped);
}

/** Side and view of a mammogram, as soon as the series is known. */
function useViewNames(seriesInstanceUid: string, viewer: ViewerHandle | null): string[] {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    // Why a series cannot be had is said in the pane, when the reader opens it.
    viewer?.viewNamesOf(seriesInstanceUid).then(setNames, () => undefined);
  }, [seriesInstanceUid, viewer]);
  return names;
}

const SIDE_PX = 74;

function Thumbnail({
  seriesInstanceUid,
  viewer,
  isMirrored,
}: {
  seriesInstanceUid: string;
  viewer: ViewerHandle | null;
  isMirrored: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<"waiting" | "drawn" | "failed">("waiting");
  useEffect(() => {
    if (!viewer || !canvas.current) return;
    // Why it cannot be shown is said in the pane, when the reader opens the series.
    const { drawThumbnail } = viewer;
    drawThumbnail(seriesInstanceUid, canvas.current).then(
      () => setState("drawn"),
      () => setState("failed"),
    );
  }, [seriesInstanceUid, viewer]);
  return (
    <span className={classes.thumbnail} data-state={state} data-mirrored={isMirrored}>
      <canvas ref={canvas} width={SIDE_PX} height={SIDE_PX} />
      {state === "failed" && "no image"}
    </span>
  );
}
