import { Badge } from "@mantine/core";
import type { ReaderStudySummary } from "@/api/types";
import classes from "./Worklist.module.css";

const STATE_WORDS: Record<ReaderStudySummary["state"], string> = {
  DRAFT: "not started",
  PILOTING: "training",
  OPEN: "",
  PAUSED: "paused",
  CLOSED: "closed",
  LOCKED: "closed",
};

interface ReaderStudyListProps {
  studies: ReaderStudySummary[];
  chosenId: string | null;
  onChosen: (id: string) => void;
}

export function ReaderStudyList({ studies, chosenId, onChosen }: ReaderStudyListProps) {
  return (
    <nav aria-label="Reader studies">
      {studies.map((study) => (
        <button
          key={study.id}
          type="button"
          className={classes.study}
          aria-pressed={study.id === chosenId}
          onClick={() => onChosen(study.id)}
        >
          <span className={classes.studyName}>{study.name}</span>
          <span className={classes.studyState}>
            {study.my_signed} of {study.my_assignments} signed
            {study.state !== "OPEN" && (
              <Badge size="xs" variant="default">
                {STATE_WORDS[study.state]}
              </Badge>
            )}
          </span>
          <Progress done={study.my_signed} total={study.my_assignments} />
        </button>
      ))}
    </nav>
  );
}

export function Progress({ done, total }: { done: number; total: number }) {
  return (
    <span
      className={classes.progress}
      role="progressbar"
      aria-label="Signed"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
    >
      <span className={classes.progressDone} style={{ width: total ? `${(done / total) * 100}%` : 0 }} />
    </span>
  );
}
