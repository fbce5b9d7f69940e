import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { sendAllKept } from "./sendKept";
import classes from "./Worklist.module.css";

const AGAIN_MS = 10_000;

/** Work that has not reached the server yet. It is sent from here; what needs the reader is opened from here. */
export function KeptReads({ personId }: { personId: string }) {
  const { data } = useQuery({
    queryKey: ["kept-reads", personId],
    // Without storage in this browser nothing was kept, so there is nothing to lead back to.
    queryFn: () => sendAllKept(personId).catch(() => []),
    staleTime: 0,
    networkMode: "always",
    refetchOnReconnect: "always",
    refetchInterval: (query) => (query.state.data?.length ? AGAIN_MS : false),
  });
  if (!data?.length) return null;
  return (
    <div className={classes.kept} role="status">
      Not yet sent from this browser:
      {data.map((kept) => (
        <Link key={kept.assignmentId} to={`/assignments/${kept.assignmentId}`}>
          {kept.caseName}
        </Link>
      ))}
    </div>
  );
}
