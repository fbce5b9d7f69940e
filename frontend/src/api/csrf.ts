/** The token Django set in the `csrftoken` cookie, or an empty string before the first visit. */
export function csrfToken(cookies: string = document.cookie): string {
  const entry = cookies.split("; ").find((cookie) => cookie.startsWith("csrftoken="));
  return entry ? decodeURIComponent(entry.slice("csrftoken=".length)) : "";
}
