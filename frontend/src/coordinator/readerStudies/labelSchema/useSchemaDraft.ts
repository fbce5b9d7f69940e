import { useReducer, useState } from "react";
import type { Question } from "@/domain/labelSchema";
import { draftsOf, editSchema } from "@/domain/schemaEditing";

/** The form being built, and whether it differs from what is stored. */
export function useSchemaDraft(stored: Question[]) {
  const [drafts, edit] = useReducer(editSchema, stored, (questions) =>
    draftsOf(questions, () => crypto.randomUUID()),
  );
  const [saved, setSaved] = useState(() => JSON.stringify(stored));
  const isDirty = JSON.stringify(drafts.map((draft) => draft.question)) !== saved;
  const markSaved = (questions: Question[]) => setSaved(JSON.stringify(questions));
  return { drafts, edit, isDirty, markSaved };
}
