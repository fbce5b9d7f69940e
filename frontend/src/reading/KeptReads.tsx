import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { listKept } from "./localReads";
import classes from "./Worklist.module.css";

/** Work that never reached the server, and the way back to it: opening the case sends it. */
export function KeptReads({ personId }: { personId: string }) {
  const { data } = useQuery({
    queryKey: ["kept-reads", personId],
    // Without storage in this browser nothing was kept, so there is nothing to lead back to.
    queryFn: () => listKept(personId).catch(() => []),
    staleTime: 0,
  });
  if (!data?.length) return null;
  return (
    <div className={classes.kept} role="status">
      Not yet sent from this browser; open to send:
      {data.map((kept) => (
        <Link key={kept.assignmentId} to={`/assignments/${kept.assignmentId}`}>
          {kept.caseName}
        </Link>
      ))}
    </div>
  );
}
