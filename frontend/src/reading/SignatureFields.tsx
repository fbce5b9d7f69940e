import { NativeSelect, PasswordInput } from "@mantine/core";
import { type KeyboardEvent, useEffect } from "react";
import classes from "./SignFooter.module.css";
import { isWrongPassword, passwordFault, type Signature } from "./useSignature";

interface SignatureFieldsProps {
  signature: Signature;
  username: string;
  error: unknown;
  isDisabled: boolean;
  onSign: () => void;
}

/** Who signs, their password again, and what the signature means (21 CFR 11.50, 11.200). */
export function SignatureFields(props: SignatureFieldsProps) {
  const { signature, username, error, isDisabled, onSign } = props;
  const { field } = signature;
  useEffect(() => {
    if (isWrongPassword(error) && !isDisabled) field.current?.focus();
  }, [error, isDisabled, field]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") field.current?.blur();
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    onSign();
  };
  return (
    <div className={classes.signature}>
      <NativeSelect
        size="xs"
        aria-label="Meaning of the signature"
        disabled={isDisabled}
        value={signature.meaning}
        data={signature.meanings.map(({ code, text }) => ({ value: code, label: text }))}
        onChange={(event) => signature.setMeaning(event.currentTarget.value)}
      />
      <div className={classes.who}>
        <span className={classes.username}>
          Signed by <b>{username}</b>
        </span>
        <PasswordInput
          ref={field}
          size="xs"
          flex={1}
          aria-label="Password to sign"
          placeholder="Password to sign"
          autoComplete="current-password"
          disabled={isDisabled}
          value={signature.password}
          error={passwordFault(error)}
          onChange={(event) => signature.setPassword(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
}
