import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { HotkeyAction } from "@/domain/hotkeys";
import { isOfCase, isOnImages, type ReadOnImages, type ToForm, type ToImages } from "@/domain/windows";
import { aiMarkId } from "@/ui/ai/aiMarks";
import type { Ai } from "./ai/useAi";
import type { Images } from "./useImages";
import type { ReadSessionHandle } from "./useReadSession";
import { type Line, lineOfForm, ownFormId } from "./windowChannel";

const LOOK_MS = 1000;

interface ImageWindowInput {
  state: ReadOnImages;
  handle: ReadSessionHandle;
  images: Images;
  ai: Ai;
  act: (action: HotkeyAction) => void;
}

/** The form window's side of a second window for the images. */
export interface ImageWindow {
  isOpen: boolean;
  bringBack: () => void;
  /** The images as the form sees them: jumps go to wherever they are. */
  images: Images;
  /** The AI as the form sees it: its marks are shown and copied wherever the images are. */
  ai: Ai;
  act: (action: HotkeyAction) => void;
}

export function useImageWindow({ state, handle, images, ai, act }: ImageWindowInput): ImageWindow {
  const [isOpen, setOpen] = useState(false);
  const opened = useRef<Window | null>(null);
  const line = useFormLine({
    state,
    handle,
    images,
    ai,
    act,
    onHere: () => setOpen(true),
    onLeft: () => setOpen(false),
  });
  useEffect(() => {
    if (isOpen) line.current?.tell({ type: "state", state });
  }, [isOpen, line, state]);
  useEffect(() => {
    // A window that was killed says no farewell.
    const timer = window.setInterval(() => opened.current?.closed && setOpen(false), LOOK_MS);
    return () => window.clearInterval(timer);
  }, []);
  const { assignmentId } = state;
  const { keepView } = images;
  const open = useCallback(async () => {
    const form = await ownFormId();
    // The new window begins with a copy of this one's storage.
    keepView();
    const url = `/assignments/${assignmentId}/images?form=${form}`;
    opened.current = window.open(url, `images-${form}`, "popup,width=1400,height=900");
  }, [assignmentId, keepView]);
  const bringBack = useCallback(() => {
    line.current?.tell({ type: "bring_back" });
    setOpen(false);
  }, [line]);
  const there = useMemo((): Images => {
    const goToMark = (id: string) => {
      images.setSelectedMarkId(id);
      line.current?.tell({ type: "go_to_mark", id });
    };
    // The button stands beside the selected finding only, so this is the key's action.
    const toggleExtending = () => line.current?.tell({ type: "action", action: "finding_extend" });
    return isOpen ? { ...images, goToMark, toggleExtending } : images;
  }, [images, isOpen, line]);
  const actThere = useCallback(
    (action: HotkeyAction) => {
      if (action === "images_window") isOpen ? bringBack() : void open();
      else if (isOpen && isOnImages(action)) line.current?.tell({ type: "action", action });
      else act(action);
    },
    [act, isOpen, line, open, bringBack],
  );
  const aiThere: Ai = {
    ...ai,
    choose: (key) => there.goToMark(aiMarkId(key)),
    decide: (aiFindingKey, choice) => line.current?.tell({ type: "ai_decide", aiFindingKey, choice }),
  };
  return { isOpen, bringBack, images: there, ai: isOpen ? aiThere : ai, act: actThere };
}

interface FormLineInput extends ImageWindowInput {
  onHere: () => void;
  onLeft: () => void;
}

function useFormLine(input: FormLineInput) {
  const newest = useRef(input);
  newest.current = input;
  const line = useRef<Line<ToForm, ToImages> | null>(null);
  useEffect(() => {
    let hangUp: (() => void) | undefined;
    let isLeft = false;
    void ownFormId().then((form) => {
      if (isLeft) return;
      const made = lineOfForm(form);
      line.current = made;
      made.onMessage((message) => answer(message, newest.current, made));
      made.tell({ type: "anybody" });
      const leave = () => made.tell({ type: "gone" });
      window.addEventListener("pagehide", leave);
      hangUp = () => {
        window.removeEventListener("pagehide", leave);
        // To the worklist, or to the next case, which says at once that it is there.
        leave();
        line.current = null;
        made.close();
      };
    });
    return () => {
      isLeft = true;
      hangUp?.();
    };
  }, []);
  return line;
}

function answer(message: ToForm, input: FormLineInput, line: Line<ToForm, ToImages>): void {
  const isOfThisCase = isOfCase(message, input.state);
  if (message.type === "edit") {
    const isTaken = isOfThisCase && input.handle.editAsTold(message.edit, message.name);
    if (!isTaken) line.tell({ type: "not_taken", name: message.name });
    return;
  }
  if (!isOfThisCase) return;
  if (message.type === "here") {
    line.tell({ type: "state", state: input.state });
    input.onHere();
  } else if (message.type === "left") input.onLeft();
  else if (message.type === "select") input.images.setSelectedMarkId(message.id);
  else input.act(message.action);
}
