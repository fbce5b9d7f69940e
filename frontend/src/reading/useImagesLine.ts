import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { mayTell, type ReadOnImages, stillWaiting, type ToForm, type ToImages } from "@/domain/windows";
import { type Line, lineOfImages } from "./windowChannel";

type Listener = (message: ToImages) => void;

/** The image window's end of the line, and what it has not been able to say yet. */
export interface ImagesLine {
  state: ReadOnImages | null;
  /** The form window says nothing just now: mostly it is loading again. */
  isAway: boolean;
  /** It does not come back. */
  isAlone: boolean;
  /** Told once the form can take it, in order. */
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
  // What the line has brought counts at once, not when the window is drawn again.
  const newest = useRef({ ...UNKNOWN, isQueue: false });
  newest.current.isQueue = waiting.length > 0;
  const line = useRef<Line<ToImages, ToForm> | null>(null);
  const listener = useRef<Listener>(() => undefined);
  useEffect(() => {
    const learn = (change: Partial<FormWindow>) => {
      Object.assign(newest.current, change);
      setFormWindow((before) => ({ ...before, ...change }));
    };
    const made = lineOfImages(form);
    line.current = made;
    const giveUp = () => learn({ isAlone: true });
    let nobody = window.setTimeout(giveUp, PATIENCE_MS);
    made.onMessage((message) => {
      if (message.type === "state") {
        window.clearTimeout(nobody);
        learn({ state: message.state, isAway: false, isAlone: false });
      } else if (message.type === "anybody") made.tell({ type: "here" });
      else if (message.type === "gone") {
        learn({ isAway: true });
        window.clearTimeout(nobody);
        nobody = window.setTimeout(giveUp, RELOAD_MS);
      } else if (message.type === "bring_back") window.close();
      else listener.current(message);
    });
    made.tell({ type: "here" });
    const stopWatching = watchOpener(giveUp);
    const leave = () => made.tell({ type: "left" });
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.clearTimeout(nobody);
      stopWatching();
      made.close();
    };
  }, [form]);
  const tell = useCallback((message: ToForm) => {
    const { state, isAway, isQueue } = newest.current;
    if (!isQueue && mayTell(message, state, isAway)) line.current?.tell(message);
    else setWaiting((before) => [...before, message]);
  }, []);
  const { state, isAway } = formWindow;
  useEffect(() => {
    const kept = stillWaiting(waiting, state, isAway);
    if (kept.length === waiting.length) return;
    for (const message of waiting) if (mayTell(message, state, isAway)) line.current?.tell(message);
    setWaiting((before) => before.filter((message) => kept.includes(message) || !waiting.includes(message)));
  }, [waiting, state, isAway]);
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
