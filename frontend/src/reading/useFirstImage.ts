import { useCallback, useEffect, useState } from "react";

// An image that is long in coming, or never comes, keeps nobody from the form.
const PATIENCE_MS = 1000;

interface FirstImage {
  /** It is on the screen, or was waited for long enough: what stands around the images is drawn now. */
  isPast: boolean;
  onShown: () => void;
}

/** The first image comes before the form and the signs around it, unless the images stand elsewhere. */
export function useFirstImage(isElsewhere: boolean, note: () => void): FirstImage {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setOver(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, []);
  const onShown = useCallback(() => {
    note();
    // The frame after the one that shows it.
    window.requestAnimationFrame(() => setOver(true));
  }, [note]);
  return { isPast: isOver || isElsewhere, onShown };
}
