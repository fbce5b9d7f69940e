import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useNavigate } from "react-router";
import { comparisonQuery, type Read, type ReadSigned } from "@/api/reading";
import type { Autosave } from "@/domain/autosave";
import { usePreferences } from "@/ui/usePreferences";
import { HotkeyTable } from "./HotkeyTable";
import { ImagesPane } from "./ImagesPane";
import classes from "./ReadingRoom.module.css";
import { ReadPanel } from "./ReadPanel";
import { useHotkeys } from "./useHotkeys";
import { useImages } from "./useImages";
import { useReadSession } from "./useReadSession";
import { release, useRoomActions } from "./useRoomActions";
import { useSigning } from "./useSigning";

interface ReadingRoomProps {
  read: Read;
  personId: string;
  initial: Autosave;
}

/** One read: images left, form right, everything reachable by key. */
export function ReadingRoom({ read, personId, initial }: ReadingRoomProps) {
  const inForce = usePreferences();
  const [isSigning, setSigning] = useState(false);
  const [justSigned, setJustSigned] = useState<ReadSigned | null>(null);
  const [isHelpShown, setHelpShown] = useState(false);
  const isSigned = justSigned !== null || read.signed_at !== null;
  const hold = isSigned ? "signed" : isSigning ? "signing" : "none";
  const handle = useReadSession(read, personId, initial, hold);
  const signing = useSigning({ read, handle, isSigning, setSigning, onSigned: setJustSigned });
  const mayCompare = justSigned?.comparison_available ?? read.comparison_available;
  const comparison = useQuery(comparisonQuery(read.id, mayCompare));
  const isFrozen = isSigned || isSigning;
  const images = useImages({
    read,
    handle,
    isFrozen,
    ai: comparison.data?.ai ?? null,
    keepsTool: inForce.preferences.viewer?.keeps_tool ?? false,
  });
  const goOn = useGoOn(justSigned ? justSigned.next_assignment_id : read.next_assignment_id);
  const act = useRoomActions({
    read,
    handle,
    images,
    isFrozen,
    sign: isSigned ? undefined : signing.sign,
    goOn: isSigned ? goOn : undefined,
    toggleHelp: () => setHelpShown((isShown) => !isShown),
  });
  useHotkeys(inForce.keymap, act, (action) => release(images, action));
  return (
    <div className={classes.room}>
      <ReadPanel
        read={read}
        handle={handle}
        signing={signing}
        images={images}
        isSigned={isSigned}
        isFrozen={isFrozen}
        mayCompare={mayCompare}
        hasNext={(justSigned ?? read).next_assignment_id !== null}
        onGoOn={goOn}
      />
      <ImagesPane read={read} images={images} isFrozen={isFrozen} inForce={inForce} onAction={act} />
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
