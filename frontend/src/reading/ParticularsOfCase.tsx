import type { Particulars, Read } from "@/api/reading";
import classes from "./Particulars.module.css";
import { particularsLines } from "./particularsLines";

interface ParticularsOfCaseProps {
  read: Read;
  particulars: Particulars;
}

/** What the protocol shows of patient, date, site and text in this phase; nothing where all of it is hidden. */
export function ParticularsOfCase({ read, particulars }: ParticularsOfCaseProps) {
  const lines = particularsLines(read.case, particulars);
  if (lines.length === 0) return null;
  return (
    <dl className={classes.particulars} aria-label="About the case">
      {lines.map(({ key, term, text }) => (
        <div key={key}>
          <dt>{term}</dt>
          <dd title={text}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
