import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { meQuery } from "@/api/queries";
import { type Read, readQuery } from "@/api/reading";
import type { Edit } from "@/domain/edits";
import type { HotkeyAction } from "@/domain/hotkeys";
import type { ReadPayload } from "@/domain/payload";
import { isOnImages, type ReadOnImages, type ToldEdit, withWaiting } from "@/domain/windows";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { useHotkeys } from "@/ui/useHotkeys";
import { usePreferences } from "@/ui/usePreferences";
import { useAi } from "./ai/useAi";
import { useAiSays } from "./ai/useAiSays";
import { ImagesPane } from "./ImagesPane";
import classes from "./ReadingRoom.module.css";
import { useMouseLeavesKeyboard, useNothingSelected } from "./roomInput";
import { useSegments } from "./segments/useSegments";
import type { HandedOver } from "./useHandedOver";
import { type Images, useImages } from "./useImages";
import { type ImagesLine, useImagesLine } from "./useImagesLine";
import { useLeaveWarning } from "./useLocalCopy";
import type { EditedRead } from "./useReadSession";
import { useRoomActions } from "./useRoomActions";
import { presetsInForce } from "./viewActions";

/** The images of a read in a window of their own. It saves nothing: the form window does. */
export function ImageWindowScreen() {
  const { assignmentId = "" } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const form = search.get("form") ?? "";
  const line = useImagesLine(form);
  const { state } = line;
  const edits = waitingEdits(line);
  const hasWaiting = edits.length > 0;
  const { data: read, error, refetch } = useQuery(readQuery(assignmentId));
  const { data: me } = useQuery(meQuery);
  useEffect(() => {
    document.title = "Images – Overread";
  }, []);
  useEffect(() => {
    // The next case in the form window is the next one here, but for what would be left behind.
    if (state && !hasWaiting && state.assignmentId !== assignmentId) {
      void navigate(`/assignments/${state.assignmentId}/images?form=${form}`, { replace: true });
    }
  }, [state, hasWaiting, assignmentId, navigate, form]);
  const isOpenElsewhere = state !== null && state.assignmentId !== assignmentId;
  useLeaveWarning(hasWaiting);
  const handedOver: HandedOver = { edits: edits.map(({ edit }) => edit) };
  const open = () => void navigate(`/assignments/${assignmentId}`, { state: handedOver });
  if (line.isAlone || (isOpenElsewhere && hasWaiting)) {
    return <Alone onOpen={open} changes={edits.length} />;
  }
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!read || !me || state?.assignmentId !== read.assignment_id) return <LoadingScreen />;
  return (
    <div className={classes.imageWindow}>
      <LineNotice line={line} changes={edits.length} onOpen={open} />
      <RoomOfImages key={read.id} read={read} personId={me.id} state={state} line={line} />
    </div>
  );
}

/** Why what is drawn here does not stand in the form yet. */
function LineNotice({ line, changes, onOpen }: AloneProps & { line: ImagesLine }) {
  if (line.isAway) {
    return (
      <p className={classes.lineNotice} role="status">
        The window with the form is loading again or shows something else. What you draw here is kept for it.
      </p>
    );
  }
  if (changes === 0 || line.state?.takesEdits !== "NO") return null;
  if (line.state.isSigned) {
    return (
      <p className={classes.lineNotice} role="alert">
        The read was signed without {changesText(changes)} made here.{" "}
        <Button size="compact-xs" variant="default" onClick={onOpen}>
          Keep what is not in it
        </Button>
      </p>
    );
  }
  return (
    <p className={classes.lineNotice} role="alert">
      {changesText(changes)} made here cannot be saved: the form is read-only. Take over there to keep them.
    </p>
  );
}

function waitingEdits({ waiting }: ImagesLine): ToldEdit[] {
  return waiting.filter((message) => message.type === "edit");
}

function changesText(count: number): string {
  return count === 1 ? "1 change" : `${count} changes`;
}

interface AloneProps {
  changes: number;
  onOpen: () => void;
}

/** The form window has been closed: what it had is saved, and reading goes on here. */
function Alone({ onOpen, changes }: AloneProps) {
  return (
    <div className={classes.centre}>
      <div role="alert">
        <p>The window with the form is closed or shows something else. Its work is saved.</p>
        {changes > 0 && <p>{changesText(changes)} made here since then will be in the form.</p>}
        <Button onClick={onOpen}>Open the form here</Button>
      </div>
    </div>
  );
}

interface RoomOfImagesProps {
  read: Read;
  personId: string;
  state: ReadOnImages;
  line: ImagesLine;
}

function RoomOfImages({ read, personId, state, line }: RoomOfImagesProps) {
  const { tell } = line;
  const inForce = usePreferences();
  const says = useAiSays(read, state.isAiShown, state.aiCells, state.map);
  const overlays = { ...NO_SLIDERS, strengths: state.strengths };
  const handle = useDistantRead(state.payload, read.assignment_id, line);
  // While the form asks for its turn again, what is half drawn here stays, and what is drawn waits.
  const isFrozen = state.isFrozen && state.takesEdits !== "SOON";
  const images = useImages({
    read,
    personId,
    handle,
    priorsShown: state.priorsShown,
    isFrozen,
    ai: says.prediction,
    aiVoxels: says.voxels,
    aiOpacity: overlays.strengths.marks,
    keepsTool: inForce.preferences.viewer?.keeps_tool ?? false,
  });
  useSelectionInStep(images, state.selectedMarkId, tell);
  const segments = useSegments({
    ...images,
    read,
    personId,
    handle,
    isFrozen,
    mayEdit: !isFrozen,
    isDistant: true,
  });
  const ai = useAi({ read, handle, images, segments, says, overlays, isFrozen });
  useEffect(() => {
    // The list with the AI's findings, where it would stand, is in the other window.
    if (ai.problem) notifications.show({ message: ai.problem, color: "orange" });
  }, [ai.problem]);
  const presets = presetsInForce(read, images, inForce);
  const { act: actHere } = useRoomActions({
    ...NOT_HERE,
    read,
    handle,
    images,
    segments,
    presets,
    ai,
    isFrozen,
  });
  const act = (action: HotkeyAction) => {
    if (action === "images_window") window.close();
    else if (isOnImages(action)) actHere(action);
    else if (action !== "undo" || !images.viewer.current?.dropHalfDrawn())
      tell({ type: "action", assignmentId: read.assignment_id, action });
  };
  line.listener.current = (message) => {
    if (message.type === "go_to_mark") images.goToMark(message.id);
    if (message.type === "ai_decide") ai.decide(message.aiFindingKey, message.choice);
    if (message.type === "action") actHere(message.action);
    if (message.type === "draw_again") segments.drawAgain(message.edit);
  };
  useHotkeys(inForce.keymap, act);
  useNothingSelected();
  useMouseLeavesKeyboard();
  return (
    <ImagesPane
      read={read}
      images={images}
      segments={segments}
      ai={ai}
      isFrozen={isFrozen}
      inForce={inForce}
      presets={presets}
      priorsShown={state.priorsShown}
      hasTools
      onImageShown={nothing}
      onAction={act}
    />
  );
}

const nothing = () => undefined;
/** How strong the AI is shown is the form window's to change; its keys are told there. */
const NO_SLIDERS = { setStrength: nothing, step: nothing, toggle: nothing, chooseMap: nothing };
/** What only the form window does. */
const NOT_HERE = {
  sign: undefined,
  freeze: undefined,
  isAsking: false,
  goOn: undefined,
  help: { isShown: false, toggle: nothing },
  clinicalText: { isShown: false, toggle: nothing },
};

/** The read as the form window tells it, with what waits to be told to it; every edit goes there. */
function useDistantRead(told: ReadPayload, assignmentId: string, { waiting, tell }: ImagesLine): EditedRead {
  const payload = useMemo(() => withWaiting(told, waiting), [told, waiting]);
  return useMemo(() => {
    const act = (action: HotkeyAction) => () => tell({ type: "action", assignmentId, action });
    const edit = (made: Edit) => tell({ type: "edit", name: crypto.randomUUID(), assignmentId, edit: made });
    return { session: { save: { payload } }, edit, undo: act("undo"), redo: act("redo") };
  }, [payload, assignmentId, tell]);
}

/** What is selected here is selected in the form, and the other way round. */
function useSelectionInStep(images: Images, selectedInForm: string | null, tell: ImagesLine["tell"]): void {
  const { selectedMarkId, setSelectedMarkId } = images;
  const agreed = useRef(selectedInForm);
  useEffect(() => {
    agreed.current = selectedInForm;
    setSelectedMarkId(selectedInForm);
  }, [selectedInForm, setSelectedMarkId]);
  useEffect(() => {
    if (agreed.current === selectedMarkId) return;
    agreed.current = selectedMarkId;
    tell({ type: "select", id: selectedMarkId });
  }, [selectedMarkId, tell]);
}
