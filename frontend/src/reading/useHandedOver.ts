import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import type { TakesEdits } from "@/domain/editing";
import type { Edit } from "@/domain/edits";

/** What an image window whose form window has gone takes along to the form that is opened in its place. */
export interface HandedOver {
  edits: Edit[];
}

/** Make these edits once this window may; until then the browser keeps them with the page, also over a reload. */
export function useHandedOver(edit: (edit: Edit) => void, takes: TakesEdits): void {
  const { state, pathname } = useLocation();
  const navigate = useNavigate();
  const edits = (state as HandedOver | null)?.edits;
  useEffect(() => {
    if (!edits || takes !== "NOW") return;
    for (const one of edits) edit(one);
    void navigate(pathname, { replace: true, state: null });
  }, [edits, takes, edit, navigate, pathname]);
}
