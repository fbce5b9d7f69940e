import type { Section } from "@/domain/labelSchema";
import classes from "./fields.module.css";

/** The heading of the questions below it. */
export function SectionHead({ section }: { section: Section }) {
  return (
    <div className={classes.section}>
      <h3>{section.text}</h3>
      {section.help && <span className={classes.help}>{section.help}</span>}
    </div>
  );
}
