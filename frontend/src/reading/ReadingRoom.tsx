import { useCallback, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import type { AiPrediction, Read, ReadSigned } from "@/api/reading";
import type { Me } from "@/api/types";
import { undecidedGaps } from "@/domain/aiDecisions";
import type { MapChoice } from "@/domain/aiMaps";
import { type Editing, takesEdits } from "@/domain/editing";
import type { ReadPayload } from "@/domain/payload";
import type { Gap } from "@/domain/validation";
import type { ReadOnImages } from "@/domain/windows";
import { useOverlays } from "@/ui/ai/useOverlays";
import { useHotkeys } from "@/ui/useHotkeys";
import { usePreferences } from "@/ui/usePreferences";
import { useAi } from "./ai/useAi";
import { useAiSays } from "./ai/useAiSays";
import type { PriorsShown } from "./caseImages";
import { HotkeyTable } from "./HotkeyTable";
import { ImagesElsewhere } from "./ImagesElsewhere";
import { ImagesPane } from "./ImagesPane";
import { forgetRead } from "./localReads";
import classes from "./ReadingRoom.module.css";
import { ReadPanel } from "./ReadPanel";
import { useMouseLeavesKeyboard, useNothingSelected } from "./roomInput";
import { useSegments } from "./segments/useSegments";
import { useFirstImage } from "./useFirstImage";
import { useHandedOver } from "./useHandedOver";
import { useImages } from "./useImages";
import { useImageWindow } from "./useImageWindow";
import { useNextCase } from "./useNextCase";
import { type Progress, useProgress } from "./useProgress";
import { type ReadStart, useReadSession } from "./useReadSession";
import { type Help, useRoomActions } from "./useRoomActions";
import { type Step, useSigning } from "./useSigning";
import { presetsInForce } from "./viewActions";

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
  const help = useShown(false);
  // Of every case anew: what was folded away in one is not to be missed in the next.
  const clinicalText = useShown(true);
  useNextCase(read);
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
  const [map, chooseMap] = useState<MapChoice | null>(null);
  const says = useAiSays(read, progress.isAiShown, progress.aiCells, map);
  const overlays = useOverlays(says, chooseMap);
  const moreGaps = aiGaps(read, progress.step, says.prediction, handle.session.save.payload);
  const mayEdit = !isSigned && handle.editing.is === "editor";
  const isFrozen = !mayEdit || isSigning;
  const personId = me.id;
  const priorsShown = priorsShownNow(progress, handle.priorsShown);
  const imagesHere = useImages({
    read,
    personId,
    handle,
    priorsShown,
    isFrozen,
    ai: says.prediction,
    aiVoxels: says.voxels,
    aiOpacity: overlays.strengths.marks,
    keepsTool: inForce.preferences.viewer?.keeps_tool ?? false,
  });
  const segments = useSegments({
    ...imagesHere,
    read,
    personId,
    handle,
    isFrozen,
    mayEdit,
    isDistant: false,
  });
  const { isDrawing } = segments;
  const signing = useSigning({
    ...progress,
    read,
    personId,
    handle,
    isSigning,
    setSigning,
    isDrawing,
    moreGaps,
    onSigned,
  });
  const presets = presetsInForce(read, imagesHere, inForce);
  const aiHere = useAi({ read, handle, images: imagesHere, segments, says, overlays, isFrozen });
  const goOn = useGoOn(progress.nextAssignmentId);
  const takes = takesEdits(handle.editing, isSigned);
  const { act: actHere, waitingKeys } = useRoomActions({
    read,
    handle,
    images: imagesHere,
    segments,
    presets,
    ai: aiHere,
    isFrozen,
    isAsking: takes === "SOON",
    sign: isFrozen || signing.step !== "SIGN" ? undefined : signing.sign,
    freeze: isFrozen || signing.step !== "FREEZE" ? undefined : signing.sign,
    goOn: isSigned ? goOn : undefined,
    help,
    clinicalText,
  });
  const shared = useSharedState({
    assignmentId: read.assignment_id,
    payload: handle.session.save.payload,
    isFrozen,
    isSigned,
    takesEdits: takes,
    told: handle.session.told,
    isAiShown: progress.isAiShown,
    aiCells: progress.aiCells,
    priorsShown,
    selectedMarkId: imagesHere.selectedMarkId,
    strengths: overlays.strengths,
    map,
  });
  const imageWindow = useImageWindow({ state: shared, handle, images: imagesHere, ai: aiHere, act: actHere });
  const { images, ai, act } = imageWindow;
  const firstImage = useFirstImage(imageWindow.isOpen, noteImage);
  useHandedOver(handle.edit, takes);
  useHotkeys(inForce.keymap, act);
  useNothingSelected();
  useMouseLeavesKeyboard();
  return (
    <div
      className={classes.room}
      data-images={imageWindow.isOpen ? "elsewhere" : "here"}
      data-editing={editingNow(isSigned, handle.editing)}
    >
      <ReadPanel
        read={read}
        me={me}
        handle={handle}
        signing={signing}
        images={images}
        segments={imageWindow.isOpen ? null : segments}
        ai={ai}
        progress={progress}
        isFrozen={isFrozen}
        waitingKeys={waitingKeys}
        clinicalText={clinicalText}
        isFormShown={firstImage.isPast}
        onGoOn={goOn}
      />
      {imageWindow.isOpen ? (
        <ImagesElsewhere onBringBack={imageWindow.bringBack} />
      ) : (
        <ImagesPane
          read={read}
          images={images}
          segments={segments}
          ai={ai}
          isFrozen={isFrozen}
          inForce={inForce}
          presets={presets}
          priorsShown={priorsShown}
          hasTools={firstImage.isPast}
          onImageShown={firstImage.onShown}
          onAction={act}
        />
      )}
      {help.isShown && <HotkeyTable keymap={inForce.keymap} mouse={inForce.mouse} presets={presets} />}
    </div>
  );
}

/** Something that a key shows and hides. */
function useShown(isFirst: boolean): Help {
  const [isShown, setShown] = useState(isFirst);
  const toggle = useCallback(() => setShown((wasShown) => !wasShown), []);
  return { isShown, toggle };
}

/** What the image window has to know, the same object while nothing of it changes. */
function useSharedState(state: ReadOnImages): ReadOnImages {
  const { assignmentId, payload, isFrozen, isSigned, takesEdits, told } = state;
  const { isAiShown, aiCells, priorsShown, selectedMarkId, strengths, map } = state;
  return useMemo(() => {
    const read = { assignmentId, payload, isFrozen, isSigned, takesEdits, told };
    return { ...read, isAiShown, aiCells, priorsShown, selectedMarkId, strengths, map };
  }, [
    assignmentId,
    payload,
    isFrozen,
    isSigned,
    takesEdits,
    told,
    isAiShown,
    aiCells,
    priorsShown,
    selectedMarkId,
    strengths,
    map,
  ]);
}

/** Which priors are shown, as one text. Once signed nobody asks any more: then what came with the signature holds. */
function priorsShownNow({ isSigned, particulars }: Progress, toldLast: string[] | null): PriorsShown {
  return ((isSigned ? null : toldLast) ?? particulars.priors_shown).join(" ");
}

/** Findings of the AI still to be decided, where the protocol asks for it before signing. */
function aiGaps(read: Read, step: Step, prediction: AiPrediction | null, payload: ReadPayload): Gap[] {
  if (step !== "SIGN" || !read.reader_study.ai_decisions_required || !prediction) return [];
  return undecidedGaps(payload, prediction.findings);
}

/** To the next case, or to the worklist when all are read. */
function useGoOn(nextAssignmentId: string | null): () => void {
  const navigate = useNavigate();
  return useCallback(() => {
    void navigate(nextAssignmentId ? `/assignments/${nextAssignmentId}` : "/");
  }, [navigate, nextAssignmentId]);
}

/** Whether this window may edit, for whoever looks from outside; a signed read is nobody's to edit. */
function editingNow(isSigned: boolean, editing: Editing): Editing["is"] | undefined {
  return isSigned ? undefined : editing.is;
}
