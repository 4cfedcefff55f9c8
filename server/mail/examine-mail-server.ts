import { createSmtpTransport, reasonOf } from './smtp-transport.ts'

interface Examined {
  url: string
  from: string
  /** This address gets one mail. Without it nothing is sent. */
  to?: string | undefined
  /** The time for one step of the server. */
  withinMs?: number | undefined
}

/**
 * Connects to the mail server with TLS and signs in, as for a mail. It sends a mail when there is an address. Undefined when that works.
 * Otherwise the words say what does not work, and what to do.
 */
export async function examineMailServer({ url, from, to, withinMs }: Examined): Promise<string | undefined> {
  const transport = createSmtpTransport({ url, from, withinMs })
  try {
    await transport.verify()
    if (to !== undefined)
      await transport.sendMail({
        to: { name: '', address: to },
        subject: 'A test of onpatient',
        text: 'Somebody who runs onpatient asked it to send this mail, to see whether mails arrive.\n',
      })
    return undefined
  } catch (error) {
    return describe(error)
  } finally {
    transport.close()
  }
}

const cures: Array<[pattern: RegExp, words: string]> = [
  [/EAUTH|\b(530|534|535|538)\b/, 'it refuses the user or the password of SMTP_URL'],
  [/EDNS|ENOTFOUND|EAI_AGAIN/, 'its host name is not known: look at SMTP_URL'],
  [/ECONNREFUSED/, 'nobody listens there: look at host and port of SMTP_URL'],
  [/ETIMEDOUT/, 'it does not answer in time: look at host and port of SMTP_URL, and at firewalls'],
  [
    /CERT|certificate|ETLS|ERR_SSL|ERR_TLS|wrong version number/i,
    'TLS fails: smtps:// is for ports that begin with TLS (465), smtp:// for those with STARTTLS (587, 25), and the certificate has to be valid for the host of SMTP_URL',
  ],
  [/EENVELOPE|\b5\d\d\b/, 'it refuses the mail: look at MAIL_FROM and at what this account may send'],
]

function describe(error: unknown): string {
  const reason = reasonOf(error)
  const { message = '', cause } = error as Error
  const described = `${reason} ${message} ${cause instanceof Error ? reasonOf(cause) : ''}`
  const [, words = 'it cannot be used'] = cures.find(([pattern]) => pattern.test(described)) ?? []
  return `the mail server does not work, and nobody gets a mail: ${words} (${reason})`
}
