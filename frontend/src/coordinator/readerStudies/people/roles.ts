import type { Role } from "@/api/types";

export const ROLES: Role[] = ["COORDINATOR", "READER", "ADJUDICATOR", "API_CLIENT"];

/** The roles of a reader study in plain words. */
export const ROLE_TEXTS: Record<Role, { name: string; about: string }> = {
  COORDINATOR: {
    name: "Coordinator",
    about: "builds and runs the reader study and sees everything, so cannot read in it.",
  },
  READER: { name: "Reader", about: "reads the cases in an order of their own, blind to the others." },
  ADJUDICATOR: { name: "Adjudicator", about: "settles disagreements into the reference standard." },
  API_CLIENT: { name: "API client", about: "pulls the signed labels from a program." },
};
