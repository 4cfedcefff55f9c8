import type { MailFigures, MailQueue } from './mail-queue.ts'

/** Figures for /metrics. They name no person. */
export function mailGauges(queue: MailQueue) {
  const gauge = (name: string, help: string, read: (figures: MailFigures) => number) => ({
    name,
    help,
    read: async () => read(await queue.examine()),
  })
  return [
    gauge('onpatient_mail_waiting', 'Mails that wait for the mail server.', ({ waiting }) => waiting),
    gauge(
      'onpatient_mail_oldest_waiting_seconds',
      'For how long the oldest mail that waits has waited.',
      ({ oldestSeconds }) => oldestSeconds,
    ),
    gauge('onpatient_mail_failed', 'Mails of the last two weeks that were given up.', ({ failed }) => failed),
  ]
}
