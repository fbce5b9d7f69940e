import { useEffect, useState } from "react";

type ViewerCode = typeof import("@/viewer");

let here: ViewerCode | null = null;
let coming: Promise<ViewerCode> | null = null;

/** The viewer is by far the largest part of the application; it is started as soon as it is there. */
export function fetchViewer(): Promise<ViewerCode> {
  coming ??= import("@/viewer").then(
    (code) => {
      code.startCornerstone();
      here = code;
      return code;
    },
    (failure: unknown) => {
      coming = null;
      throw failure;
    },
  );
  return coming;
}

/** The viewer, null until it is there. Not by `lazy`: a fallback once shown React keeps for 300 ms, come what may. */
export function useViewerCode(): ViewerCode | null {
  const [code, setCode] = useState(here);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    if (!code) fetchViewer().then(setCode, setFailure);
  }, [code]);
  if (failure) throw failure;
  return code;
}
