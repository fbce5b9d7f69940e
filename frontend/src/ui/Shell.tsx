import { Suspense } from "react";
import { Outlet } from "react-router";
import { LoadingScreen } from "./LoadingScreen";
import classes from "./Shell.module.css";
import { TopBar } from "./TopBar";

/** The frame of every screen: one thin bar above, the screen below. */
export function Shell() {
  return (
    <div className={classes.shell}>
      <TopBar />
      <main className={classes.main}>
        <Suspense fallback={<LoadingScreen />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
