import type { Mail } from '#server/mail/mail.ts'
import { invitationLifetimeMs } from './invitation-row.ts'

export function invitationMail(
  { id, email }: { id: string; email: string },
  { practiceName, link }: { practiceName: string; link: string },
): Mail {
  return {
    to: email,
    // The subject has nothing that somebody typed: the mail goes out in our name.
    subject: 'An invitation to see a health record',
    text: invitationText(nameInMail(practiceName), link),
    isStoppable: true,
    usefulForMs: invitationLifetimeMs,
    about: id,
  }
}

/** A mail program would show some names as a link, which could lead people anywhere. Such a name is left out. */
function nameInMail(name: string): string {
  return /\w[.:@/]\w|:\/\/|\bwww\b/i.test(name) ? 'A practice' : name
}

/** The text names the practice and never the patient, because others read mails, too. */
function invitationText(practiceName: string, link: string): string {
  return `Hello,

${practiceName} invites you to see a health record that it keeps, with onpatient.

Open this link to accept. You will be asked for the patient's date of birth:
${link}

The link works for 14 days. If you did not expect this mail, ignore it: nobody gets access without the date of birth.
`
}
