import type { FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { defaultLanguage, isLanguage, type Language, languages } from '#words/languages.ts'

/**
 * The language of an answer: what the person chose for the account, else the one of `Accept-Language` (RFC 9110 §12.5.4) that we speak
 * and they like best, else English. A regional form stands for its language: `es-MX` is Spanish.
 */
export function languageOf(request: Pick<FastifyRequest, 'headers' | 'signedIn'>): Language {
  return request.signedIn?.account.language ?? chooseLanguage(request.headers['accept-language'])
}

function chooseLanguage(header: string | undefined): Language {
  const plain = header?.slice(0, 500).replaceAll(/\b([a-z]{2,3})-[\w-]+/gi, '$1')
  const [best] = new Negotiator({ headers: { 'accept-language': plain } }).languages([...languages])
  return isLanguage(best) ? best : defaultLanguage
}
