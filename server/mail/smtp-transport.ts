import { createTransport, type Transporter } from 'nodemailer'

/** How long a mail server may take for one step, in ms; a mail has about ten. Without limits a step may take ten minutes. */
const stepMs = 15_000

/** A connection to a mail server over SMTP (RFC 5321), with STARTTLS when it is offered, that never waits for long. */
export function createSmtpTransport({
  url,
  from,
  withinMs = stepMs,
}: {
  url: string
  from: string
  withinMs?: number | undefined
}): Transporter {
  return createTransport(withLimits(url, withinMs), { from, disableFileAccess: true, disableUrlAccess: true })
}

/** nodemailer takes the options of a connection in its address alone. */
function withLimits(url: string, ms: number): string {
  const limited = new URL(url)
  for (const name of ['connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout'])
    if (!limited.searchParams.has(name)) limited.searchParams.set(name, String(ms))
  return limited.href
}

/** The class of the failure only: answers of mail servers quote addresses. */
export function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { code?: string; responseCode?: number }
  return [code, responseCode].filter(Boolean).join(' ') || 'unknown'
}
