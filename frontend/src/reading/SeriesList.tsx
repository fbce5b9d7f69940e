import type { SeriesOfCase } from "@/api/reading";
import classes from "./ReadingRoom.module.css";

interface SeriesListProps {
  series: SeriesOfCase[];
  shown: string;
  onChosen: (seriesInstanceUid: string) => void;
}

/** The series of the case, when there is more than one. */
export function SeriesList({ series, shown, onChosen }: SeriesListProps) {
  if (series.length < 2) return null;
  return (
    <nav className={classes.series} aria-label="Series">
      {series.map((entry) => (
        <button
          key={entry.series_instance_uid}
          type="button"
          className={classes.seriesEntry}
          aria-pressed={entry.series_instance_uid === shown}
          onClick={() => onChosen(entry.series_instance_uid)}
        >
          <b>{entry.series_number ?? "–"}</b> {entry.modality}
          <span>{entry.number_of_instances}</span>
        </button>
      ))}
    </nav>
  );
}
