import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Read } from "@/api/reading";
import { type LocalCopy, startAutosave, withLeftOver } from "@/domain/autosave";
import type { TakesEdits } from "@/domain/editing";
import type { Edit } from "@/domain/edits";
import { keep, keptReadQueryKey } from "./localReads";

/** What an image window whose form window has gone takes along to the form that is opened in its place. */
export interface HandedOver {
  edits: Edit[];
}

/** The browser keeps them with the page, also over a reload, until they are let go. */
function useEditsOfPage(): { edits: Edit[] | undefined; letGo: () => void } {
  const { state, pathname } = useLocation();
  const navigate = useNavigate();
  const letGo = useCallback(
    () => void navigate(pathname, { replace: true, state: null }),
    [navigate, pathname],
  );
  return { edits: (state as HandedOver | null)?.edits, letGo };
}

/** How many wait for this window's turn at the read. */
export function useHandedOverCount(): number {
  return useEditsOfPage().edits?.length ?? 0;
}

/** Make these edits once this window may. */
export function useHandedOver(edit: (edit: Edit) => void, takes: TakesEdits): void {
  const { edits, letGo } = useEditsOfPage();
  useEffect(() => {
    if (!edits || takes !== "NOW") return;
    for (const one of edits) edit(one);
    letGo();
  }, [edits, takes, edit, letGo]);
}

/**
 * What this browser has beside a signed read. Edits that were handed over too late are no part of it: they are kept
 * like any other work that has not reached the server, and said.
 */
export function useLeftOver(
  read: Read,
  personId: string,
  kept: LocalCopy | undefined,
): LocalCopy | undefined {
  const client = useQueryClient();
  const { edits, letGo } = useEditsOfPage();
  const copy = useMemo(() => {
    if (!read.signed_at || !edits) return kept;
    const signed = startAutosave(read.payload, read.revision_number, read.saved_at);
    return withLeftOver(signed, kept, edits, new Date().toISOString());
  }, [read, edits, kept]);
  useEffect(() => {
    if (!read.signed_at || !edits) return;
    if (!copy) return letGo();
    const { id: readId, assignment_id: assignmentId } = read;
    keep(personId, readId, {
      ...{ readId, assignmentId, caseName: read.case.name },
      keptAt: new Date().toISOString(),
      copy,
    }).then(
      () => {
        client.setQueryData(keptReadQueryKey(personId, readId), { copy, history: undefined });
        letGo();
      },
      // Without room in the browser the page alone has them; they are shown all the same.
      () => undefined,
    );
  }, [read, personId, edits, copy, client, letGo]);
  return copy;
}
