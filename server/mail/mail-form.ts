import type { Seals } from '../seal.ts'
import type { Mail } from './mailer.ts'

/** As it goes out. */
export function textOf({ text, unsubscribe }: Mail): string {
  if (!unsubscribe) return text
  return `${text}
You do not want such mails at this address? Here you stop them:
${unsubscribe.page}
`
}

/** For a row of the database: the links in it are secrets. */
export function sealMail(seals: Seals, id: string, mail: Mail): string {
  return seals.seal(Buffer.from(JSON.stringify(mail)), id)
}

/** Undefined when it was sealed with another key. */
export function openMail(seals: Seals, id: string, sealed: string): Mail | undefined {
  const bytes = seals.open(sealed, id)
  return bytes && (JSON.parse(bytes.toString('utf8')) as Mail)
}
