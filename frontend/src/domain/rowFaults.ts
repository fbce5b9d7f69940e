/** Faults of an uploaded table, sorted the way a person mends them: row by row, the whole file first. */

export interface FieldFault {
  field: string;
  row?: number;
  code: string;
  detail: string;
}

export interface RowFault {
  row: number | null;
  column: string;
  detail: string;
}

export function rowFaults(faults: FieldFault[]): RowFault[] {
  return faults
    .map((fault) => ({ row: fault.row ?? null, column: columnName(fault.field), detail: fault.detail }))
    .sort((one, other) => (one.row ?? 0) - (other.row ?? 0) || one.column.localeCompare(other.column));
}

function columnName(field: string): string {
  return field === "non_field_errors" || field === "file" ? "" : field;
}

export function rowCount(faults: RowFault[]): number {
  return new Set(faults.map((fault) => fault.row)).size;
}
