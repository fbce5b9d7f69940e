import { useQuery } from "@tanstack/react-query";
import { feedbackQuery } from "@/api/designs";
import { hasToTrain, trainingQuery } from "@/api/training";
import { counted } from "@/domain/counted";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "./ReadingRoom.module.css";
import { TrainingStatement } from "./TrainingStatement";

interface TrainingNoteProps {
  readId: string;
  readerStudyId: string;
  isSigned: boolean;
}

/** Says that the case is for training, and once the read is signed what the truth is. */
export function TrainingNote({ readId, readerStudyId, isSigned }: TrainingNoteProps) {
  const { data, error, refetch } = useQuery(feedbackQuery(readId, isSigned));
  if (error)
    return <ErrorNotice error={error} title="The truth could not be loaded" onRetry={() => void refetch()} />;
  return (
    <section className={classes.comparison} aria-label="Training" data-testid="training">
      <div className={classes.aiTitle}>Training case</div>
      {data ? (
        <Truth truth={data.truth} lesions={data.lesions.length} />
      ) : (
        <div>Its truth is shown after signing.</div>
      )}
      {data && <Done readerStudyId={readerStudyId} />}
    </section>
  );
}

/** Asked for when the truth has come: with the last one the training is done, and the reader can say so here. */
function Done({ readerStudyId }: { readerStudyId: string }) {
  const { data, error, refetch } = useQuery({ ...trainingQuery(readerStudyId), refetchOnMount: "always" });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data || !hasToTrain(data)) return null;
  return <TrainingStatement readerStudyId={readerStudyId} training={data} />;
}

function Truth({ truth, lesions }: { truth: 0 | 1; lesions: number }) {
  const text = truth === 1 ? "diseased" : "not diseased";
  return (
    <div>
      Truth: <b>{text}</b>
      {lesions > 0 && `, ${counted(lesions, "lesion")}`}
    </div>
  );
}
