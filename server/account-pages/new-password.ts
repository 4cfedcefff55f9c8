import type { SafeHtml } from '@remix-run/html-template'
import { textField } from '#server/pages/form.ts'

/** The field in which a person chooses a password. Password managers offer to make one. */
export function newPasswordField({ label, error }: { label: string; error: string | undefined }): SafeHtml {
  return textField({
    label,
    name: 'password',
    type: 'password',
    autocomplete: 'new-password',
    hint: 'At least 8 characters. A few unrelated words are easy to remember and hard to guess.',
    required: true,
    error,
  })
}
