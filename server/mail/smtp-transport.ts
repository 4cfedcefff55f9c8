import { createTransport, type Transporter } from 'nodemailer'

/** A mail server may take so long for one step, in ms. A mail has about ten steps. Without limits a step may take ten minutes. */
const stepMs = 15_000

/** A connection to a mail server over SMTP (RFC 5321). It uses STARTTLS when the server offers it, and never waits for long. */
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

/** nodemailer takes the options of a connection only in its address. */
function withLimits(url: string, ms: number): string {
  const limited = new URL(url)
  for (const name of ['connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout'])
    if (!limited.searchParams.has(name)) limited.searchParams.set(name, String(ms))
  return limited.href
}

/** Only the class of the failure, because answers of mail servers quote addresses. */
export function reasonOf(error: unknown): string {
  const { code, responseCode } = error as { code?: string; responseCode?: number }
  return [code, responseCode].filter(Boolean).join(' ') || 'unknown'
}
