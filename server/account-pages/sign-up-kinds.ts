import type { SafeHtml } from '@remix-run/html-template'
import type { SignUpIntent } from '#server/accounts/accounts.ts'
import { iconClinic, iconCode, iconHeart } from '#server/pages/icons.ts'

/** One of the ways to begin. The texts of the sign-up pages differ only here. */
export interface SignUpKind {
  kind: SignUpIntent['kind']
  icon: SafeHtml
  /** The texts on the page that offers the choice. */
  choice: { title: string; text: string; points: readonly string[]; label: string }
  /** The texts on the form. */
  form: { title: string; text: string; label: string }
  /** The texts of the page behind the mailed link. */
  finish: { text: string; label: string; next: string }
}

export const signUpKinds: readonly SignUpKind[] = [
  {
    kind: 'person',
    icon: iconHeart,
    choice: {
      title: 'I am a patient or caregiver',
      text: 'Your doctor’s practice keeps your record and sends you an invitation by e-mail. Follow its link and your record opens.',
      points: [
        'Have an invitation? Use the link in that e-mail.',
        'None yet? Ask your practice to invite you.',
      ],
      label: 'Create a plain account',
    },
    form: {
      title: 'Create your account',
      text: 'Your record appears here once your doctor’s practice has invited you. Use the address the practice knows.',
      label: 'Create account',
    },
    finish: {
      text: 'Your account is ready to be opened.',
      label: 'Confirm and sign in',
      next: '/',
    },
  },
  {
    kind: 'practice',
    icon: iconClinic,
    choice: {
      title: 'I run a practice',
      text: 'Give your patients their records: bring them in, invite patients and families, and see who has access.',
      points: [
        'You become the first provider of the practice.',
        'Colleagues and patients join by invitation.',
      ],
      label: 'Set up a practice',
    },
    form: {
      title: 'Set up your practice',
      text: 'You become its first provider. Patients and colleagues join later, by your invitation.',
      label: 'Create practice',
    },
    finish: {
      text: 'Your practice will be created, with you as its first provider.',
      label: 'Confirm and open my practice',
      next: '/',
    },
  },
  {
    kind: 'developer',
    icon: iconCode,
    choice: {
      title: 'I develop an app',
      text: 'Get a sandbox of your own at once: a practice full of made-up patients to build and test with.',
      points: [
        'No approval, no waiting, no real people’s data.',
        'Your first app is registered in a minute.',
      ],
      label: 'Get a sandbox',
    },
    form: {
      title: 'Get your sandbox',
      text: 'You receive a practice of your own with synthetic patients, and can register apps right away. No real person’s data is in it.',
      label: 'Create sandbox',
    },
    finish: {
      text: 'Your sandbox will be filled with synthetic patients, and you can register your first app.',
      label: 'Confirm and open my sandbox',
      next: '/account/settings/applications',
    },
  },
]

export function getSignUpKind(kind: SignUpIntent['kind']): SignUpKind {
  const found = signUpKinds.find((entry) => entry.kind === kind)
  if (!found) throw new TypeError(`no sign-up kind ${kind}`)
  return found
}
