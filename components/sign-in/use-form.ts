"use client";

import { type FormEvent, useState } from "react";
import { type FormErrors, formErrors } from "@/lib/auth/form-errors";

const NONE: FormErrors = { fields: {}, general: null };

/**
 * What was typed into a form, the errors of its last sending, and how to send it. What was typed stays when sending
 * fails. After a success `pending` stays, since the page is being left.
 */
export function useForm<Name extends string>(
  initial: Record<Name, string>,
  send: (values: Record<Name, string>) => Promise<void>,
) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState(NONE);
  const [pending, setPending] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    setErrors(NONE);
    try {
      await send(values);
    } catch (error) {
      setErrors(formErrors(error, Object.keys(initial)));
      setPending(false);
    }
  }

  return {
    values,
    errors,
    pending,
    submit,
    /** The props of the control of one field. */
    control: (name: Name) => ({
      name,
      value: values[name],
      onChange: (event: { target: { value: string } }) =>
        setValues((before) => ({ ...before, [name]: event.target.value })),
    }),
  };
}
