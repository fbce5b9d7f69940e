import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { Outbox } from "@/domain/outbox";
import type { ReadOnImages, ToForm, ToImages, ToldEdit } from "@/domain/windows";
import { type Line, lineOfImages } from "./windowChannel";

type Listener = (message: ToImages | DrawAgain) => void;

/** A stroke that reached the form after its segment had been changed there. */
interface DrawAgain {
  type: "draw_again";
  edit: ToldEdit["edit"];
}

/** The image window's end of the line, and what it has not been able to say yet. */
export interface ImagesLine {
  state: ReadOnImages | null;
  /** The form window says nothing just now: mostly it is loading again. */
  isAway: boolean;
  /** It does not come back. */
  isAlone: boolean;
  /** Told, or to be told, and not in the form yet, in order. */
  waiting: ToForm[];
  tell: (message: ToForm) => void;
  listener: RefObject<Listener>;
}

const PATIENCE_MS = 4000;
// A page that is loaded again over a slow line takes its time.
const RELOAD_MS = 20_000;
const LOOK_MS = 1000;

type FormWindow = Pick<ImagesLine, "state" | "isAway" | "isAlone">;
const UNKNOWN: FormWindow = { state: null, isAway: false, isAlone: false };

export function useImagesLine(form: string): ImagesLine {
  const [formWindow, setFormWindow] = useState(UNKNOWN);
  const [waiting, setWaiting] = useState<ToForm[]>([]);
  const line = useRef<Line<ToImages, ToForm> | null>(null);
  const [outbox] = useState(() => new Outbox((message) => line.current?.tell(message), setWaiting));
  const listener = useRef<Listener>(() => undefined);
  useEffect(() => {
    const learn = (change: Partial<FormWindow>) => setFormWindow((before) => ({ ...before, ...change }));
    const made = lineOfImages(form);
    line.current = made;
    const giveUp = () => {
      outbox.formIsAway();
      learn({ isAlone: true });
    };
    let nobody = window.setTimeout(giveUp, PATIENCE_MS);
    const onState = (state: ReadOnImages) => {
      window.clearTimeout(nobody);
      learn({ state, isAway: false, isAlone: false });
      for (const { edit } of outbox.hear(state)) listener.current({ type: "draw_again", edit });
    };
    const onGone = () => {
      outbox.formIsAway();
      learn({ isAway: true });
      window.clearTimeout(nobody);
      nobody = window.setTimeout(giveUp, RELOAD_MS);
    };
    const sayHere = () => made.tell({ type: "here" });
    made.onMessage((message) => {
      switch (message.type) {
        case "state":
          return onState(message.state);
        case "anybody":
          return sayHere();
        case "gone":
          return onGone();
        case "not_taken":
          return outbox.keep(message.name);
        case "bring_back":
          return window.close();
        default:
          return listener.current(message);
      }
    });
    sayHere();
    const stopWatching = watchOpener(giveUp);
    const leave = () => made.tell({ type: "left" });
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.clearTimeout(nobody);
      stopWatching();
      made.close();
    };
  }, [form, outbox]);
  const tell = useCallback((message: ToForm) => outbox.tell(message), [outbox]);
  return { ...formWindow, waiting, tell, listener };
}

/** A window that is closed or killed may say no farewell. */
function watchOpener(onClosed: () => void): () => void {
  const opener = window.opener as Window | null;
  const watch = window.setInterval(() => {
    if (!opener?.closed) return;
    window.clearInterval(watch);
    onClosed();
  }, LOOK_MS);
  return () => window.clearInterval(watch);
}
