/** Shapes of docs/contract.md that more than one screen uses. */

export type Role = "COORDINATOR" | "READER" | "ADJUDICATOR" | "API_CLIENT";
/** Roles as a person's own list has them; the site administrator manages every reader study. */
export type OwnRole = Role | "SITE_ADMINISTRATOR";
export type AiDisplay = "HIDDEN" | "AFTER_SIGNING" | "CONCURRENT" | "SECOND_READ";

export interface Page<T> {
  next: string | null;
  previous: string | null;
  results: T[];
}

export interface Me {
  id: string;
  username: string;
  name: string;
  is_site_administrator: boolean;
  may_create_reader_studies: boolean;
  memberships: { reader_study_id: string; role: Role }[];
  version: string;
}

export interface ReaderStudySummary {
  id: string;
  name: string;
  state: "DRAFT" | "PILOTING" | "OPEN" | "PAUSED" | "CLOSED" | "LOCKED";
  my_roles: OwnRole[];
  number_of_cases: number;
  number_of_readers: number;
  number_of_assignments: number;
  number_signed: number;
  my_assignments: number;
  my_signed: number;
  ai_display: AiDisplay;
  is_demo: boolean;
  created_at: string;
}

export type ReaderStudyState = ReaderStudySummary["state"];
