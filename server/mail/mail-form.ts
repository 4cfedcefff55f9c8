import type { Seals } from '../seal.ts'
import type { Mail } from './mailer.ts'

/** The text of a mail as it goes out. */
export function textOf({ text, unsubscribe }: Mail): string {
  if (!unsubscribe) return text
  return `${text}
You do not want such mails at this address? Here you stop them:
${unsubscribe.page}
`
}

/** Seals a mail for a row of the database, because the links in it are secrets. */
export function sealMail(seals: Seals, id: string, mail: Mail): string {
  return seals.seal(Buffer.from(JSON.stringify(mail)), id)
}

/** Undefined when the mail was sealed with another key. */
export function openMail(seals: Seals, id: string, sealed: string): Mail | undefined {
  const bytes = seals.open(sealed, id)
  return bytes && (JSON.parse(bytes.toString('utf8')) as Mail)
}
