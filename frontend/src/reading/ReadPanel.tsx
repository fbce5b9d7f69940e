import { useMemo } from "react";
import { Link } from "react-router";
import type { Read } from "@/api/reading";
import type { Me } from "@/api/types";
import { keysOf, keyText } from "@/domain/keymap";
import { markPlaces } from "@/domain/markPlaces";
import { ClinicalText } from "@/ui/ClinicalText";
import { ImageSource } from "@/ui/form/ExampleImage";
import { usePreferences } from "@/ui/usePreferences";
import { PhaseBar } from "./ai/PhaseBar";
import type { Ai } from "./ai/useAi";
import { ArbitrationPanel } from "./arbitration/ArbitrationPanel";
import { ComparisonPanel } from "./ComparisonPanel";
import { currentSeriesOf } from "./caseImages";
import { OwnMeasurements } from "./Measurements";
import { OtherReaders } from "./OtherReaders";
import { ParticularsOfCase } from "./ParticularsOfCase";
import { OwnQueries } from "./queries/OwnQueries";
import { ReadForm } from "./ReadForm";
import classes from "./ReadingRoom.module.css";
import { SaveBanner } from "./SaveBanner";
import { SaveIndicator, UnsentNote } from "./SaveIndicator";
import { SignFooter } from "./SignFooter";
import type { Segments } from "./segments/useSegments";
import { TrainingNote } from "./TrainingNote";
import type { Images } from "./useImages";
import type { Progress } from "./useProgress";
import type { ReadSessionHandle } from "./useReadSession";
import type { Help } from "./useRoomActions";
import type { Signing } from "./useSigning";

interface ReadPanelProps {
  read: Read;
  me: Me;
  handle: ReadSessionHandle;
  signing: Signing;
  images: Images;
  /** Null while the images stand in their own window. */
  segments: Segments | null;
  ai: Ai;
  progress: Progress;
  isFrozen: boolean;
  waitingKeys: number;
  clinicalText: Help;
  /** The first image comes before the form. */
  isFormShown: boolean;
  onGoOn: () => void;
}

/** Everything beside the images: where the reader is, whether the work is safe, the form, and signing. */
export function ReadPanel(props: ReadPanelProps) {
  const { read, handle, progress, clinicalText } = props;
  const { keymap } = usePreferences();
  const { isSigned } = progress;
  const { save } = handle.session;
  const { questions } = read.label_schema;
  return (
    <section className={classes.panel} aria-label="Read">
      <header className={classes.header}>
        <div className={classes.headerLine}>
          <Link to="/" className={classes.back} aria-label="Back to the worklist">
            ← Worklist
          </Link>
          <span className={classes.case}>
            Case {read.position} of {read.total}
          </span>
          <SaveIndicator save={save} editing={handle.editing} isSigned={isSigned} />
        </div>
        <div className={classes.headerLine}>
          <span className={classes.studyName}>{read.reader_study.name}</span>
          <UnsentNote
            save={save}
            editing={handle.editing}
            waitingKeys={props.waitingKeys}
            isSigned={isSigned}
          />
        </div>
      </header>
      <div className={classes.position}>
        <div className={classes.positionDone} style={{ width: `${(read.position / read.total) * 100}%` }} />
      </div>
      <PhaseBar read={read} phase={progress.phase} />
      <ParticularsOfCase read={read} particulars={progress.particulars} />
      <ClinicalText
        value={progress.particulars.case_text}
        isOpen={clinicalText.isShown}
        onToggle={clinicalText.toggle}
        hotkey={keysOf(keymap, "clinical_text_toggle").map(keyText)[0]}
      />
      {read.reopening_reason !== null && !isSigned && (
        <p className={classes.reopened} role="status">
          Reopened by the coordinator: {read.reopening_reason}
        </p>
      )}
      <OwnQueries readerStudyId={read.reader_study.id} readId={read.id} />
      <SaveBanner handle={handle} me={props.me} questions={questions} isSigned={isSigned} />
      {props.isFormShown && <FormAndFooter {...props} />}
    </section>
  );
}

function FormAndFooter(props: ReadPanelProps) {
  const { read, handle, signing, images, segments, progress, isFrozen } = props;
  const { isSigned } = progress;
  const { save } = handle.session;
  const { questions } = read.label_schema;
  const { findings } = save.payload;
  const places = useMemo(() => markPlaces(findings, currentSeriesOf(read)), [findings, read]);
  return (
    <>
      <div className={classes.form}>
        <div className={classes.columns}>
          {read.is_training && (
            <TrainingNote readId={read.id} readerStudyId={read.reader_study.id} isSigned={isSigned} />
          )}
          {read.role === "ARBITRATION" && (
            <ArbitrationPanel read={read} isSigned={isSigned} onMarkChosen={images.goToMark} />
          )}
          {progress.isAiShown && (
            <ComparisonPanel
              readId={read.id}
              ai={props.ai}
              questions={questions}
              own={save.payload}
              isDisabled={isFrozen}
            />
          )}
          {isSigned && <OwnMeasurements readId={read.id} findings={findings} />}
          {progress.particulars.other_readers_shown && <OtherReaders readId={read.id} />}
          <ImageSource value={read.reader_study.id}>
            <ReadForm
              questions={questions}
              payload={save.payload}
              gaps={signing.hasTried && !isSigned ? signing.gaps : []}
              isDisabled={isFrozen}
              selectedMarkId={images.selectedMarkId}
              onEdit={handle.edit}
              onMarkChosen={images.goToMark}
              places={places}
              extendedId={images.extendedId}
              onExtend={images.toggleExtending}
              segments={segments}
            />
          </ImageSource>
        </div>
      </div>
      <SignFooter
        signing={signing}
        readId={read.id}
        username={props.me.username}
        questions={questions}
        findings={findings}
        isSigned={isSigned}
        isReadOnly={handle.editing.is === "elsewhere"}
        hasNext={progress.nextAssignmentId !== null}
        onGoOn={props.onGoOn}
      />
    </>
  );
}
