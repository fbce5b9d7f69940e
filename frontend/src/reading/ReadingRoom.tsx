import { useCallback, useState } from "react";
import { useNavigate } from "react-router";
import type { AiPrediction, Read, ReadSigned } from "@/api/reading";
import type { Me } from "@/api/types";
import { undecidedGaps } from "@/domain/aiDecisions";
import type { ReadPayload } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import { usePreferences } from "@/ui/usePreferences";
import { useAi, useAiSays } from "./ai/useAi";
import { HotkeyTable } from "./HotkeyTable";
import { ImagesPane } from "./ImagesPane";
import { forgetRead } from "./localReads";
import classes from "./ReadingRoom.module.css";
import { ReadPanel } from "./ReadPanel";
import { useSegments } from "./segments/useSegments";
import { useHotkeys } from "./useHotkeys";
import { useImages } from "./useImages";
import { useProgress } from "./useProgress";
import { type ReadStart, useReadSession } from "./useReadSession";
import { release, useRoomActions } from "./useRoomActions";
import { type Step, useSigning } from "./useSigning";

interface ReadingRoomProps {
  read: Read;
  me: Me;
  start: ReadStart;
}

/** One read: images left, form right, everything reachable by key. */
export function ReadingRoom({ read, me, start }: ReadingRoomProps) {
  const inForce = usePreferences();
  const [isSigning, setSigning] = useState(false);
  const progress = useProgress(read);
  const { isSigned } = progress;
  const [isHelpShown, setHelpShown] = useState(false);
  const state = isSigned ? "signed" : isSigning ? "signing" : "reading";
  const handle = useReadSession({ read, personId: me.id, start, state, phase: progress.phase });
  const noteSigned = progress.onSigned;
  const onSigned = useCallback(
    (signed: ReadSigned) => {
      noteSigned(signed);
      void forgetRead(me.id, read.id);
    },
    [noteSigned, me.id, read.id],
  );
  const { note } = handle.sitting;
  const noteImage = useCallback(() => note("first_image_ms"), [note]);
  const says = useAiSays(read, progress.isAiShown);
  const moreGaps = aiGaps(read, progress.step, says.prediction, handle.session.save.payload);
  const signing = useSigning({ read, handle, isSigning, setSigning, moreGaps, ...progress, onSigned });
  const isFrozen = isSigned || isSigning || handle.editing.is !== "editor";
  const images = useImages({
    read,
    handle,
    isFrozen,
    ai: says.prediction,
    keepsTool: inForce.preferences.viewer?.keeps_tool ?? false,
  });
  const { setTool: setMarkingTool } = images;
  const segments = useSegments({
    ...images,
    read,
    personId: me.id,
    handle,
    isFrozen,
    onSelected: images.setSelectedMarkId,
    onToolTaken: useCallback(() => setMarkingTool(null), [setMarkingTool]),
  });
  const ai = useAi({ read, handle, images, says, isFrozen });
  const goOn = useGoOn(progress.nextAssignmentId);
  const act = useRoomActions({
    read,
    handle,
    images,
    segments,
    ai,
    isFrozen,
    sign: isFrozen || signing.step !== "SIGN" ? undefined : signing.sign,
    freeze: isFrozen || signing.step !== "FREEZE" ? undefined : signing.sign,
    goOn: isSigned ? goOn : undefined,
    toggleHelp: () => setHelpShown((isShown) => !isShown),
  });
  useHotkeys(inForce.keymap, act, (action) => release(images, action));
  return (
    <div className={classes.room}>
      <ReadPanel
        read={read}
        me={me}
        handle={handle}
        signing={signing}
        images={images}
        segments={segments}
        ai={ai}
        progress={progress}
        isFrozen={isFrozen}
        onGoOn={goOn}
      />
      <ImagesPane
        read={read}
        images={images}
        segments={segments}
        ai={ai}
        isFrozen={isFrozen}
        inForce={inForce}
        onImageShown={noteImage}
        onAction={act}
      />
      {isHelpShown && <HotkeyTable keymap={inForce.keymap} mouse={inForce.mouse} />}
    </div>
  );
}

/** Findings of the AI still to be decided, where the protocol asks for it before signing. */
function aiGaps(read: Read, step: Step, prediction: AiPrediction | null, payload: ReadPayload): Gap[] {
  if (step !== "SIGN" || !read.reader_study.ai_decisions_required || !prediction) return [];
  return undecidedGaps(
    payload,
    prediction.findings.map(({ id }) => id),
  );
}

/** To the next case, or to the worklist when all are read. */
function useGoOn(nextAssignmentId: string | null): () => void {
  const navigate = useNavigate();
  return useCallback(() => {
    void navigate(nextAssignmentId ? `/assignments/${nextAssignmentId}` : "/");
  }, [navigate, nextAssignmentId]);
}
