import { Link } from "react-router";
import type { Read } from "@/api/reading";
import { ComparisonPanel } from "./ComparisonPanel";
import { ReadForm } from "./ReadForm";
import classes from "./ReadingRoom.module.css";
import { SaveBanner } from "./SaveBanner";
import { SaveIndicator } from "./SaveIndicator";
import { SignFooter } from "./SignFooter";
import type { Images } from "./useImages";
import type { ReadSessionHandle } from "./useReadSession";
import type { Signing } from "./useSigning";
import { aiMarkId } from "./viewerMarks";

interface ReadPanelProps {
  read: Read;
  handle: ReadSessionHandle;
  signing: Signing;
  images: Images;
  isSigned: boolean;
  isFrozen: boolean;
  mayCompare: boolean;
  hasNext: boolean;
  onGoOn: () => void;
}

/** Everything beside the images: where the reader is, whether the work is safe, the form, and signing. */
export function ReadPanel(props: ReadPanelProps) {
  const { read, handle, signing, images, isSigned, isFrozen } = props;
  const { save } = handle.session;
  const { questions } = read.label_schema;
  return (
    <section className={classes.panel} aria-label="Read">
      <header className={classes.header}>
        <Link to="/" className={classes.back} aria-label="Back to the worklist">
          ← Worklist
        </Link>
        <span className={classes.case}>
          Case {read.position} of {read.total}
        </span>
        <SaveIndicator save={save} isSigned={isSigned} />
        <span className={classes.studyName}>{read.reader_study.name}</span>
      </header>
      <div className={classes.position}>
        <div className={classes.positionDone} style={{ width: `${(read.position / read.total) * 100}%` }} />
      </div>
      {!isSigned && (
        <SaveBanner
          save={save}
          isKeptLocally={handle.isKeptLocally}
          onTakeTheirs={handle.takeTheirs}
          onKeepMine={handle.keepMine}
          onRestoreSetAside={handle.restoreSetAside}
        />
      )}
      <div className={classes.form}>
        {props.mayCompare && (
          <ComparisonPanel
            readId={read.id}
            questions={questions}
            own={save.payload}
            onAiMarkChosen={(id) => images.goToMark(aiMarkId(id))}
          />
        )}
        <ReadForm
          questions={questions}
          payload={save.payload}
          gaps={signing.hasTried && !isSigned ? signing.gaps : []}
          isDisabled={isFrozen}
          selectedMarkId={images.selectedMarkId}
          onEdit={handle.edit}
          onMarkChosen={images.goToMark}
          extendedId={images.extendedId}
          onExtend={images.toggleExtending}
        />
      </div>
      <SignFooter
        signing={signing}
        questions={questions}
        findings={save.payload.findings}
        isSigned={isSigned}
        hasNext={props.hasNext}
        onGoOn={props.onGoOn}
      />
    </section>
  );
}
