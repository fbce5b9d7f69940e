import { Group, Select, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { ImagingFilter } from "@/api/imaging";

const MODALITIES = ["CR", "CT", "DX", "MG", "MR", "NM", "OT", "PT", "RF", "US", "XA"];

interface ImagingFilterFieldsProps {
  value: ImagingFilter;
  onChange: (filter: ImagingFilter) => void;
  children?: ReactNode;
}

/** Search text and modality, the same wherever imaging studies are listed. */
export function ImagingFilterFields({ value, onChange, children }: ImagingFilterFieldsProps) {
  return (
    <Group gap="sm">
      <TextInput
        w={320}
        type="search"
        placeholder="Search description, patient or UID"
        aria-label="Search imaging studies"
        value={value.search}
        onChange={(event) => onChange({ ...value, search: event.currentTarget.value })}
      />
      <Select
        w={150}
        placeholder="Any modality"
        aria-label="Modality"
        data={MODALITIES}
        clearable
        value={value.modality || null}
        onChange={(modality) => onChange({ ...value, modality: modality ?? "" })}
      />
      {children}
    </Group>
  );
}
