import { Problem } from "./problem";
import { call, send } from "./send";

/** Sign in again without leaving the page, as the person whose page it is and nobody else. */
export async function signInAgain(userId: string, password: string): Promise<void> {
  const options = { body: { user_id: userId, password }, stayOnSignOut: true };
  try {
    await call("POST", "/api/v1/session", options);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "csrf_failed") throw error;
    // The CSRF cookie has gone with the session: the sign-in page sets a new one.
    const page = new Request(new URL("/accounts/sign-in", window.location.origin), {
      credentials: "same-origin",
    });
    await send(page, true);
    await call("POST", "/api/v1/session", options);
  }
}

/** The id of whoever is signed in in this browser now. */
export async function whoIsSignedIn(): Promise<string> {
  return (await call<{ id: string }>("GET", "/api/v1/me", { stayOnSignOut: true })).id;
}
