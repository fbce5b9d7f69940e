import type { DraftQuestion, SchemaEdit } from "@/domain/schemaEditing";
import type { SchemaProblem } from "@/domain/schemaProblems";
import classes from "./Builder.module.css";
import { QuestionCard } from "./QuestionCard";

interface QuestionListProps {
  drafts: DraftQuestion[];
  problems: SchemaProblem[];
  isEditable: boolean;
  openId: string | null;
  edit: (edit: SchemaEdit) => void;
  onOpen: (id: string | null) => void;
}

/** The questions in their order, those of a section moved in below its heading; one is open at a time. */
export function QuestionList({ drafts, problems, isEditable, openId, edit, onOpen }: QuestionListProps) {
  const all = drafts.map(({ question }) => question);
  const firstSection = all.findIndex(({ kind }) => kind === "SECTION");
  return (
    <div className={classes.list}>
      {drafts.map((draft, index) => (
        <QuestionCard
          key={draft.id}
          draft={draft}
          all={all}
          index={index}
          isNested={firstSection !== -1 && index > firstSection && draft.question.kind !== "SECTION"}
          isOpen={draft.id === openId}
          isEditable={isEditable}
          problems={problems.filter((problem) => problem.index === index)}
          edit={edit}
          onToggle={() => onOpen(draft.id === openId ? null : draft.id)}
        />
      ))}
    </div>
  );
}
