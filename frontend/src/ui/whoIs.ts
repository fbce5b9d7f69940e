import type { Me } from "@/api/types";

/** What a person may see of the portal's screens; the server decides again on every request. */
export const isSiteAdministrator = (me: Me) => me.is_site_administrator;

export const isStudyCreator = (me: Me) => me.is_site_administrator || me.may_create_reader_studies;

export const isCoordinator = (me: Me) =>
  isStudyCreator(me) || me.memberships.some((membership) => membership.role === "COORDINATOR");
