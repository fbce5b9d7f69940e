import { Fragment } from "react";
import type { SeriesOfCase } from "@/api/reading";
import { activePane, type Grid, shownSeries } from "@/domain/grid";
import { SERIES_DRAG_TYPE } from "@/domain/seriesDrag";
import type { CaseStudy } from "./caseImages";
import classes from "./ReadingRoom.module.css";

interface SeriesListProps {
  /** The current imaging study, then the priors. */
  studies: CaseStudy[];
  grid: Grid;
  onChosen: (seriesInstanceUid: string) => void;
}

/** The series of the case, when there is more than one: a click shows one in the active pane, dragging in any. */
export function SeriesList({ studies, grid, onChosen }: SeriesListProps) {
  const count = studies.reduce((sum, { images }) => sum + images.series.length, 0);
  if (count < 2) return null;
  return (
    <nav className={classes.series} aria-label="Series">
      {studies.map(({ caption, isPrior, images }) => (
        <Fragment key={images.study_instance_uid}>
          {studies.length > 1 && (
            <span className={classes.seriesCaption} data-prior={isPrior}>
              {caption}
            </span>
          )}
          {images.series.map((entry) => (
            <SeriesEntry key={entry.series_instance_uid} entry={entry} grid={grid} onChosen={onChosen} />
          ))}
        </Fragment>
      ))}
    </nav>
  );
}

interface SeriesEntryProps extends Pick<SeriesListProps, "grid" | "onChosen"> {
  entry: SeriesOfCase;
}

function SeriesEntry({ entry, grid, onChosen }: SeriesEntryProps) {
  const uid = entry.series_instance_uid;
  return (
    <button
      type="button"
      className={classes.seriesEntry}
      aria-pressed={uid === activePane(grid).seriesInstanceUid}
      data-shown={shownSeries(grid).includes(uid)}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(SERIES_DRAG_TYPE, uid)}
      onClick={() => onChosen(uid)}
    >
      <b>{entry.series_number ?? "–"}</b> {entry.modality}
      <span>{entry.number_of_instances}</span>
    </button>
  );
}
