import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useNavigate } from "react-router";
import { comparisonQuery, type Read, type ReadSigned } from "@/api/reading";
import type { Me } from "@/api/types";
import { usePreferences } from "@/ui/usePreferences";
import { HotkeyTable } from "./HotkeyTable";
import { ImagesPane } from "./ImagesPane";
import { forgetRead } from "./localReads";
import classes from "./ReadingRoom.module.css";
import { ReadPanel } from "./ReadPanel";
import { useSegments } from "./segments/useSegments";
import { useHotkeys } from "./useHotkeys";
import { useImages } from "./useImages";
import { type ReadStart, useReadSession } from "./useReadSession";
import { release, useRoomActions } from "./useRoomActions";
import { useSigning } from "./useSigning";

interface ReadingRoomProps {
  read: Read;
  me: Me;
  start: ReadStart;
}

/** One read: images left, form right, everything reachable by key. */
export function ReadingRoom({ read, me, start }: ReadingRoomProps) {
  const inForce = usePreferences();
  const [isSigning, setSigning] = useState(false);
  const [justSigned, setJustSigned] = useState<ReadSigned | null>(null);
  const [isHelpShown, setHelpShown] = useState(false);
  const isSigned = justSigned !== null || read.signed_at !== null;
  const state = isSigned ? "signed" : isSigning ? "signing" : "reading";
  const handle = useReadSession({ read, personId: me.id, start, state });
  const onSigned = useCallback(
    (signed: ReadSigned) => {
      setJustSigned(signed);
      void forgetRead(me.id, read.id);
    },
    [me.id, read.id],
  );
  const { note } = handle.sitting;
  const noteImage = useCallback(() => note("first_image_ms"), [note]);
  const signing = useSigning({ read, handle, isSigning, setSigning, onSigned });
  const mayCompare = justSigned?.comparison_available ?? read.comparison_available;
  const comparison = useQuery(comparisonQuery(read.id, mayCompare));
  const isFrozen = isSigned || isSigning || handle.editing.is !== "editor";
  const images = useImages({
    read,
    handle,
    isFrozen,
    ai: comparison.data?.ai ?? null,
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
  const goOn = useGoOn(justSigned ? justSigned.next_assignment_id : read.next_assignment_id);
  const act = useRoomActions({
    read,
    handle,
    images,
    segments,
    isFrozen,
    sign: isFrozen ? undefined : signing.sign,
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
        isSigned={isSigned}
        isFrozen={isFrozen}
        mayCompare={mayCompare}
        hasNext={(justSigned ?? read).next_assignment_id !== null}
        onGoOn={goOn}
      />
      <ImagesPane
        read={read}
        images={images}
        segments={segments}
        isFrozen={isFrozen}
        inForce={inForce}
        onImageShown={noteImage}
        onAction={act}
      />
      {isHelpShown && <HotkeyTable keymap={inForce.keymap} mouse={inForce.mouse} />}
    </div>
  );
}

/** To the next case, or to the worklist when all are read. */
function useGoOn(nextAssignmentId: string | null): () => void {
  const navigate = useNavigate();
  return useCallback(() => {
    void navigate(nextAssignmentId ? `/assignments/${nextAssignmentId}` : "/");
  }, [navigate, nextAssignmentId]);
}
