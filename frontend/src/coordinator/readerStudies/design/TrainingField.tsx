import { MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { casesQuery } from "@/api/readerStudies";
import type { DesignFieldProps } from "./designField";

/** Cases that are read first and whose truth is shown after signing. */
export function TrainingField(props: DesignFieldProps & { readerStudyId: string }) {
  const { design, isFrozen, onChange, readerStudyId } = props;
  const { data: cases } = useQuery(casesQuery(readerStudyId));
  return (
    <MultiSelect
      label="Training cases"
      description="Read first; after signing the reader sees their truth. They are left out of the analysis."
      maw={460}
      searchable
      disabled={isFrozen}
      placeholder={design.training.length === 0 ? "none" : ""}
      data={(cases ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={design.training}
      onChange={(training) => onChange({ ...design, training })}
    />
  );
}
