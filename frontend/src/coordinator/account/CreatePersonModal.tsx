import { Button, Checkbox, Group, Modal, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createPerson, PEOPLE_KEY } from "@/api/people";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";

/** Makes an account with a first password, which its owner should change. */
export function CreatePersonModal({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: {
      username: "",
      name: "",
      email: "",
      password: "",
      may_create_reader_studies: false,
      is_program: false,
    },
    validate: {
      username: (username) => (username.trim() === "" ? "Give a name to sign in with." : null),
      password: (password) => (password === "" ? "Give a first password." : null),
    },
  });
  const creating = useMutation({
    mutationFn: createPerson,
    onSuccess: async (person) => {
      await queryClient.invalidateQueries({ queryKey: PEOPLE_KEY });
      notifications.show({ message: `The account ${person.username} is there.` });
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const error = errorBesideFields(creating.error, ["username", "name", "email", "password"]);
  return (
    <Modal opened onClose={onClose} title="New account" centered>
      <form onSubmit={form.onSubmit((values) => creating.mutate(values))}>
        <Stack gap="md">
          <TextInput
            label="Account"
            description="The name to sign in with."
            required
            data-autofocus
            autoComplete="off"
            {...form.getInputProps("username")}
          />
          <TextInput label="Full name" autoComplete="off" {...form.getInputProps("name")} />
          <TextInput
            label="E-mail address"
            description="For reminders; it may stay empty."
            type="email"
            autoComplete="off"
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label="First password"
            description="Hand it over in person; its owner changes it under Your account."
            required
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Checkbox
            label="May create reader studies"
            description="Coordinators need this; readers do not."
            {...form.getInputProps("may_create_reader_studies", { type: "checkbox" })}
          />
          <Checkbox
            label="A program, not a person"
            description="As a reader it pushes the reads of a tool through the API; they are marked as the tool's."
            {...form.getInputProps("is_program", { type: "checkbox" })}
          />
          {error ? <ErrorNotice error={error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={creating.isPending}>
              Make the account
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
