import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { meQuery } from "@/api/queries";
import { type Read, readQuery } from "@/api/reading";
import type { Edit } from "@/domain/edits";
import type { HotkeyAction } from "@/domain/hotkeys";
import type { ReadPayload } from "@/domain/payload";
import { isOnImages, type ReadOnImages, type ToForm, type ToImages } from "@/domain/windows";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { usePreferences } from "@/ui/usePreferences";
import { useAi } from "./ai/useAi";
import { useAiSays } from "./ai/useAiSays";
import { ImagesPane } from "./ImagesPane";
import classes from "./ReadingRoom.module.css";
import { useMouseLeavesKeyboard, useNothingSelected } from "./roomInput";
import { useSegments } from "./segments/useSegments";
import { useHotkeys } from "./useHotkeys";
import { type Images, useImages } from "./useImages";
import type { EditedRead } from "./useReadSession";
import { useRoomActions } from "./useRoomActions";
import { presetsInForce } from "./viewActions";
import { type Line, lineOfImages } from "./windowChannel";

/** The images of a read in a window of their own. It saves nothing: the form window does. */
export function ImageWindowScreen() {
  const { assignmentId = "" } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const form = search.get("form") ?? "";
  const { state, isAlone, line, listener } = useImagesLine(form);
  const { data: read, error, refetch } = useQuery(readQuery(assignmentId));
  const { data: me } = useQuery(meQuery);
  useEffect(() => {
    document.title = "Images – Overread";
  }, []);
  useEffect(() => {
    // The next case in the form window is the next one here.
    if (state && state.assignmentId !== assignmentId) {
      void navigate(`/assignments/${state.assignmentId}/images?form=${form}`, { replace: true });
    }
  }, [state, assignmentId, navigate, form]);
  if (isAlone) return <Alone onOpen={() => void navigate(`/assignments/${assignmentId}`)} />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!read || !me || state?.assignmentId !== read.assignment_id) return <LoadingScreen />;
  return (
    <RoomOfImages key={read.id} read={read} personId={me.id} state={state} line={line} listener={listener} />
  );
}

/** The form window has been closed: what it had is saved, and reading goes on here. */
function Alone({ onOpen }: { onOpen: () => void }) {
  return (
    <div className={classes.centre}>
      <div role="alert">
        <p>The window with the form is closed. Its work is saved.</p>
        <Button onClick={onOpen}>Open the form here</Button>
      </div>
    </div>
  );
}

type Listener = (message: ToImages) => void;
const PATIENCE_MS = 4000;
const LOOK_MS = 1000;

function useImagesLine(form: string) {
  const [state, setState] = useState<ReadOnImages | null>(null);
  const [isAlone, setAlone] = useState(false);
  const line = useRef<Line<ToImages, ToForm> | null>(null);
  const listener = useRef<Listener>(() => undefined);
  useEffect(() => {
    const made = lineOfImages(form);
    line.current = made;
    const nobody = window.setTimeout(() => setAlone(true), PATIENCE_MS);
    made.onMessage((message) => {
      if (message.type === "state") {
        window.clearTimeout(nobody);
        setAlone(false);
        setState(message.state);
      } else if (message.type === "anybody") made.tell({ type: "here" });
      else if (message.type === "gone") setAlone(true);
      else if (message.type === "bring_back") window.close();
      else listener.current(message);
    });
    made.tell({ type: "here" });
    // A window that is killed says no farewell.
    const opener = window.opener as Window | null;
    const watch = window.setInterval(() => {
      if (!opener?.closed) return;
      window.clearInterval(watch);
      setAlone(true);
    }, LOOK_MS);
    const leave = () => made.tell({ type: "left" });
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.clearTimeout(nobody);
      window.clearInterval(watch);
      made.close();
    };
  }, [form]);
  return { state, isAlone, line, listener };
}

interface RoomOfImagesProps {
  read: Read;
  personId: string;
  state: ReadOnImages;
  line: React.RefObject<Line<ToImages, ToForm> | null>;
  listener: React.RefObject<Listener>;
}

function RoomOfImages({ read, personId, state, line, listener }: RoomOfImagesProps) {
  const inForce = usePreferences();
  const says = useAiSays(read, state.isAiShown);
  const overlays = { ...NO_SLIDERS, strengths: state.strengths };
  const handle = useDistantRead(state.payload, line);
  const { isFrozen } = state;
  const images = useImages({
    read,
    personId,
    handle,
    isFrozen,
    ai: says.prediction,
    aiVoxels: says.voxels,
    aiOpacity: overlays.strengths.marks,
    keepsTool: inForce.preferences.viewer?.keeps_tool ?? false,
  });
  useSelectionInStep(images, state.selectedMarkId, line);
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
  const presets = presetsInForce(read, images.grid, inForce);
  const actHere = useRoomActions({ ...NOT_HERE, read, handle, images, segments, presets, ai, isFrozen });
  const act = (action: HotkeyAction) => {
    if (action === "images_window") window.close();
    else if (isOnImages(action)) actHere(action);
    else line.current?.tell({ type: "action", action });
  };
  listener.current = (message) => {
    if (message.type === "go_to_mark") images.goToMark(message.id);
    if (message.type === "ai_decide") ai.decide(message.aiFindingId, message.choice);
    if (message.type === "action") actHere(message.action);
  };
  useHotkeys(inForce.keymap, act);
  useNothingSelected();
  useMouseLeavesKeyboard();
  return (
    <div className={classes.imageWindow}>
      <ImagesPane
        read={read}
        images={images}
        segments={segments}
        ai={ai}
        isFrozen={isFrozen}
        inForce={inForce}
        presets={presets}
        hasTools
        onImageShown={nothing}
        onAction={act}
      />
    </div>
  );
}

const nothing = () => undefined;
/** How strong the AI is shown is the form window's to change; its keys are told there. */
const NO_SLIDERS = { setStrength: nothing, step: nothing, toggle: nothing };
/** What only the form window does. */
const NOT_HERE = {
  sign: undefined,
  freeze: undefined,
  goOn: undefined,
  help: { isShown: false, toggle: nothing },
};

/** The read as the form window tells it; every edit goes there. */
function useDistantRead(payload: ReadPayload, line: RoomOfImagesProps["line"]): EditedRead {
  return useMemo(() => {
    const act = (action: HotkeyAction) => () => line.current?.tell({ type: "action", action });
    const edit = (made: Edit) => line.current?.tell({ type: "edit", edit: made });
    return { session: { save: { payload } }, edit, undo: act("undo"), redo: act("redo") };
  }, [payload, line]);
}

/** What is selected here is selected in the form, and the other way round. */
function useSelectionInStep(
  images: Images,
  selectedInForm: string | null,
  line: RoomOfImagesProps["line"],
): void {
  const { selectedMarkId, setSelectedMarkId } = images;
  const agreed = useRef(selectedInForm);
  useEffect(() => {
    agreed.current = selectedInForm;
    setSelectedMarkId(selectedInForm);
  }, [selectedInForm, setSelectedMarkId]);
  useEffect(() => {
    if (agreed.current === selectedMarkId) return;
    agreed.current = selectedMarkId;
    line.current?.tell({ type: "select", id: selectedMarkId });
  }, [selectedMarkId, line]);
}
