import { useState } from "react";
import type { Assignment } from "@/api/reading";
import classes from "../Worklist.module.css";
import { ArbitrationPanel } from "./ArbitrationPanel";

/**
 * Arbitrations whose reads have changed since, where the protocol does not show a signed read again: the two reads can
 * be looked at and the arbitration confirmed, without the images and without what the arbitrator signed.
 */
export function StaleArbitrations({ assignments }: { assignments: Assignment[] }) {
  const hidden = assignments.filter((one) => one.stale_read_id !== null && !one.is_openable);
  if (hidden.length === 0) return null;
  return (
    <section className={classes.terms} aria-label="Arbitrations to confirm">
      {hidden.map((one) => (
        <StaleArbitration key={one.id} assignment={one} readId={one.stale_read_id ?? ""} />
      ))}
    </section>
  );
}

function StaleArbitration({ assignment, readId }: { assignment: Assignment; readId: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <div>
        {assignment.case_name}: a read has changed since you arbitrated.{" "}
        <button
          type="button"
          className={classes.look}
          aria-expanded={isShown}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? "Hide the two reads" : "Look at the two reads"}
        </button>
      </div>
      {isShown && <ArbitrationPanel read={{ id: readId, role: "ARBITRATION" }} isSigned />}
    </>
  );
}
