import { channelName, type ToForm, type ToImages, type WindowMessage } from "@/domain/windows";

/** One end of the line between the form window and the image window. */
export interface Line<Incoming, Outgoing> {
  tell: (message: Outgoing) => void;
  onMessage: (listener: (message: Incoming) => void) => void;
  close: () => void;
}

export function lineOfForm(formId: string): Line<ToForm, ToImages> {
  const channel = new BroadcastChannel(channelName(formId));
  return {
    tell: (message) => channel.postMessage({ to: "images", message } satisfies WindowMessage),
    onMessage: (listener) => {
      channel.onmessage = ({ data }: MessageEvent<WindowMessage>) =>
        data.to === "form" && listener(data.message);
    },
    close: () => channel.close(),
  };
}

export function lineOfImages(formId: string): Line<ToImages, ToForm> {
  const channel = new BroadcastChannel(channelName(formId));
  return {
    tell: (message) => channel.postMessage({ to: "form", message } satisfies WindowMessage),
    onMessage: (listener) => {
      channel.onmessage = ({ data }: MessageEvent<WindowMessage>) =>
        data.to === "images" && listener(data.message);
    },
    close: () => channel.close(),
  };
}

const FORM_ID = "overread-form-window";

/** This window's name towards its image window; a reload keeps it, another tab has its own. */
export function ownFormId(): string {
  const known = sessionStorage.getItem(FORM_ID);
  if (known) return known;
  const made = crypto.randomUUID();
  sessionStorage.setItem(FORM_ID, made);
  return made;
}
