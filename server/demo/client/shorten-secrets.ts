/**
 * The text with every secret cut to its first six characters. These are enough to recognise a secret in two places, and not enough to use it. A
 * page may be photographed, printed or shared on a screen.
 */
export function shortenSecrets(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
  // The longest comes first, because a secret may begin like another one.
  return [...new Set(spellings)]
    .sort((left, right) => right.length - left.length)
    .reduce((shown, secret) => shown.replaceAll(secret, shorten(secret)), text)
}

function shorten(secret: string): string {
  return secret.length > 12 ? `${secret.slice(0, 6)}…` : '…'
}
