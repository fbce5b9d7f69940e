import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { NavLink } from "react-router";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import classes from "./Shell.module.css";
import { useSignOut } from "./useSignOut";
import { isCoordinator, isSiteAdministrator, isStudyCreator } from "./whoIs";

interface NavigationItem {
  to: string;
  text: string;
  isFor: (me: Me) => boolean;
}

/** Entries of the bar in order; the server decides again on every request. */
const NAVIGATION: NavigationItem[] = [
  { to: "/", text: "Worklist", isFor: () => true },
  {
    to: "/adjudication",
    text: "Adjudication",
    isFor: (me) => me.memberships.some((membership) => membership.role === "ADJUDICATOR"),
  },
  { to: "/reader-studies", text: "Reader studies", isFor: isCoordinator },
  { to: "/imaging-studies", text: "Imaging studies", isFor: isStudyCreator },
  { to: "/ai-models", text: "AI models", isFor: isStudyCreator },
  { to: "/people", text: "People", isFor: isSiteAdministrator },
  { to: "/code-lists", text: "Code lists", isFor: isSiteAdministrator },
  { to: "/webhooks", text: "Webhooks", isFor: isSiteAdministrator },
];

export function TopBar() {
  const { data: me } = useQuery(meQuery);
  const signOut = useSignOut();
  return (
    <header className={classes.bar}>
      <NavLink to="/" className={classes.brand}>
        Overread
      </NavLink>
      <nav aria-label="Main" style={{ display: "flex", gap: "1rem" }}>
        {me &&
          NAVIGATION.filter((item) => item.isFor(me)).map((item) => (
            <NavLink key={item.to} to={item.to} end={item.to === "/"} className={classes.link}>
              {item.text}
            </NavLink>
          ))}
      </nav>
      <span className={classes.spacer} />
      {me && (
        <NavLink to="/account" className={classes.link}>
          {me.name || me.username}
        </NavLink>
      )}
      {me && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={signOut}>
          Sign out
        </Button>
      )}
    </header>
  );
}
