import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { Link, useParams } from "react-router";
import { meQuery } from "@/api/queries";
import { type Read, readQuery } from "@/api/reading";
import type { Me } from "@/api/types";
import { type LocalCopy, resumeAutosave, startAutosave } from "@/domain/autosave";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { LeftOver } from "./LeftOver";
import { forgetOldHistories, keptReadQueryKey, loadHistory, loadKept } from "./localReads";
import { ReadingRoom } from "./ReadingRoom";
import classes from "./ReadingRoom.module.css";
import { forgetOldSegments } from "./segments/segmentStore";
import { useLeftOver } from "./useHandedOver";

/** Opens an assignment: the server's read, and beside it what this browser still keeps of it. */
export function ReadingScreen() {
  const { assignmentId = "" } = useParams();
  const me = useQuery(meQuery);
  const read = useQuery(readQuery(assignmentId));
  const error = me.error ?? read.error;
  useTitle(read.data);
  if (!me.data || !read.data) {
    return error ? <OpenFailure error={error} onRetry={() => void read.refetch()} /> : <LoadingScreen />;
  }
  return <ReadWithLocalCopy key={`${read.data.id} ${read.data.signed_at}`} read={read.data} me={me.data} />;
}

function ReadWithLocalCopy({ read, me }: { read: Read; me: Me }) {
  const kept = useQuery({
    queryKey: keptReadQueryKey(me.id, read.id),
    // A browser without storage has nothing to bring back; that it keeps nothing is said when it is asked to.
    queryFn: () => loadFromBrowser(me.id, read.id).catch(() => ({ copy: undefined, history: undefined })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const start = useMemo(() => {
    const server = startAutosave(read.payload, read.revision_number, read.saved_at);
    if (read.signed_at) return { save: server, history: undefined };
    return { save: resumeAutosave(server, kept.data?.copy), history: kept.data?.history };
  }, [read, kept.data]);
  if (kept.isPending) return <LoadingScreen />;
  return (
    <>
      {read.signed_at && <BesideSigned read={read} me={me} kept={kept.data?.copy} />}
      <ReadingRoom read={read} me={me} start={start} />
    </>
  );
}

function BesideSigned({ read, me, kept }: { read: Read; me: Me; kept: LocalCopy | undefined }) {
  const copy = useLeftOver(read, me.id, kept);
  return copy ? <LeftOver read={read} me={me} copy={copy} /> : null;
}

async function loadFromBrowser(personId: string, readId: string) {
  void forgetOldHistories(new Date()).catch(() => undefined);
  void forgetOldSegments(new Date()).catch(() => undefined);
  const [kept, history] = await Promise.all([loadKept(personId, readId), loadHistory(personId, readId)]);
  return { copy: kept?.copy, history };
}

function OpenFailure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className={classes.centre}>
      <div style={{ maxWidth: 520 }}>
        <ErrorNotice error={error} title="This case cannot be opened" onRetry={onRetry} />
        <Anchor component={Link} to="/" mt="sm" display="block">
          Back to the worklist
        </Anchor>
      </div>
    </div>
  );
}

/** The position only: a title ends up in histories and screen shares. */
function useTitle(read: Read | undefined): void {
  useEffect(() => {
    document.title = read ? `Case ${read.position} of ${read.total} – Overread` : "Overread";
    return () => {
      document.title = "Overread";
    };
  }, [read]);
}
