import type { SeriesOfCase } from "@/api/reading";
import { activePane, type Grid, shownSeries } from "@/domain/grid";
import { SERIES_DRAG_TYPE } from "@/domain/seriesDrag";
import classes from "./ReadingRoom.module.css";

interface SeriesListProps {
  series: SeriesOfCase[];
  grid: Grid;
  onChosen: (seriesInstanceUid: string) => void;
}

/** The series of the case, when there is more than one: a click shows one in the active pane, dragging in any. */
export function SeriesList({ series, grid, onChosen }: SeriesListProps) {
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
          aria-pressed={entry.series_instance_uid === active}
          data-shown={shown.includes(entry.series_instance_uid)}
          draggable
          onDragStart={(event) => event.dataTransfer.setData(SERIES_DRAG_TYPE, entry.series_instance_uid)}
          onClick={() => onChosen(entry.series_instance_uid)}
        >
          <b>{entry.series_number ?? "–"}</b> {entry.modality}
          <span>{entry.number_of_instances}</span>
        </button>
      ))}
    </nav>
  );
}
