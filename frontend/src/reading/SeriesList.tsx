import { useEffect, useRef, useState } from "react";
import type { SeriesOfCase } from "@/api/reading";
import { activePane, type Grid, shownSeries } from "@/domain/grid";
import { SERIES_DRAG_TYPE } from "@/domain/seriesDrag";
import type { ViewerHandle } from "@/viewer";
import classes from "./ReadingRoom.module.css";

interface SeriesListProps {
  series: SeriesOfCase[];
  grid: Grid;
  /** Null until it can draw thumbnails. */
  viewer: ViewerHandle | null;
  onChosen: (seriesInstanceUid: string) => void;
}

/** The series of the case, when there is more than one: a click shows one in the active pane, dragging in any. */
export function SeriesList({ series, grid, viewer, onChosen }: SeriesListProps) {
  if (series.length < 2) return null;
  const active = activePane(grid).seriesInstanceUid;
  const shown = shownSeries(grid);
  return (
    <nav className={classes.series} aria-label="Series">
      {series.map((entry) => (
        <button
          key={entry.series_instance_uid}
          type="button"
          className={classes.seriesEntry}
          aria-label={`Series ${entry.series_number ?? "without number"}, ${entry.modality}, ${entry.number_of_instances} images`}
          aria-pressed={entry.series_instance_uid === active}
          data-series={entry.series_instance_uid}
          data-shown={shown.includes(entry.series_instance_uid)}
          draggable
          onDragStart={(event) => event.dataTransfer.setData(SERIES_DRAG_TYPE, entry.series_instance_uid)}
          onMouseUp={(event) => event.currentTarget.blur()}
          onClick={() => onChosen(entry.series_instance_uid)}
        >
          <Thumbnail seriesInstanceUid={entry.series_instance_uid} viewer={viewer} />
          <b>{entry.series_number ?? "–"}</b> {entry.modality}
          <span>{entry.number_of_instances}</span>
        </button>
      ))}
    </nav>
  );
}

const SIDE_PX = 74;

function Thumbnail({
  seriesInstanceUid,
  viewer,
}: {
  seriesInstanceUid: string;
  viewer: ViewerHandle | null;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    if (!viewer || !canvas.current) return;
    // Why it cannot be shown is said in the pane, when the reader opens the series.
    viewer.drawThumbnail(seriesInstanceUid, canvas.current).catch(() => setFailed(true));
  }, [seriesInstanceUid, viewer]);
  return (
    <span className={classes.thumbnail} data-failed={hasFailed}>
      <canvas ref={canvas} width={SIDE_PX} height={SIDE_PX} />
      {hasFailed && "no image"}
    </span>
  );
}
