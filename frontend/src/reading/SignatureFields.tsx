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
  const isFaulty = passwordFault(error) !== null;
  useEffect(() => {
    if (isWrongPassword(error) && !isDisabled) field.current?.focus();
  }, [error, isDisabled, field]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") field.current?.blur();
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    onSign();
  };
  const meant = signature.meanings.find(({ code }) => code === signature.meaning);
  return (
    <div className={classes.signature}>
      <p className={classes.meaning}>
        <b>{username}</b> signs: “{meant?.text}”
      </p>
      <div className={classes.who}>
        <PasswordInput
          ref={field}
          size="xs"
          flex={1}
          aria-label="Password to sign"
          placeholder="Password to sign"
          autoComplete="current-password"
          disabled={isDisabled}
          value={signature.password}
          error={isFaulty}
          onChange={(event) => signature.setPassword(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {signature.meanings.length > 1 && (
          <NativeSelect
            size="xs"
            w={112}
            aria-label="Meaning of the signature"
            disabled={isDisabled}
            value={signature.meaning}
            data={signature.meanings.map(({ code }) => ({ value: code, label: titled(code) }))}
            onChange={(event) => signature.setMeaning(event.currentTarget.value)}
          />
        )}
      </div>
      {isFaulty && (
        <p className={classes.fault} role="alert">
          {passwordFault(error)}
        </p>
      )}
    </div>
  );
}

/** `FINDINGS` as `Findings`. */
function titled(code: string): string {
  return code.charAt(0) + code.slice(1).toLowerCase();
}
