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

// The page that is loaded again lets go of its name a moment before the one that comes asks for it.
const RELOAD_MS = 2000;

let claimed: Promise<string> | null = null;

/**
 * This window's name towards its image window; a reload keeps it. A tab that the browser has duplicated begins with a
 * copy of the storage in which it lies: who holds the lock on a name has it, and the copy takes another.
 */
export function ownFormId(): Promise<string> {
  claimed ??= claim(sessionStorage.getItem(FORM_ID) ?? crypto.randomUUID()).then((id) => {
    sessionStorage.setItem(FORM_ID, id);
    return id;
  });
  return claimed;
}

async function claim(id: string): Promise<string> {
  return (await isOurs(id)) ? id : claim(crypto.randomUUID());
}

/** Take the lock on a name for as long as the page lives; false where another page goes on holding it. */
function isOurs(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    };
    navigator.locks
      .request(channelName(id), { signal: AbortSignal.timeout(RELOAD_MS) }, hold)
      .catch(() => resolve(false));
  });
}
