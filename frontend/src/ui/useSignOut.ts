import { useCallback } from "react";
import { csrfToken } from "@/api/csrf";
import { forgetViews } from "./keptViews";

/** Signing out is a form post that the server answers with a page, so it is sent as one. */
export function useSignOut(): () => void {
  return useCallback(() => {
    forgetViews();
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/accounts/sign-out";
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "csrfmiddlewaretoken";
    token.value = csrfToken();
    form.append(token);
    document.body.append(form);
    form.submit();
  }, []);
}
