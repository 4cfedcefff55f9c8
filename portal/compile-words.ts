import compile from 'icu-minify/compile'
import type { Plugin } from 'vite'

type Messages = { readonly [key: string]: string | Messages }

/**
 * Compiles the catalogues when the portal is built, so that no parser of messages goes to each phone (40 kB). The server reads the same
 * catalogues as they are.
 */
export function compileWords(): Plugin {
  return {
    name: 'compile-words',
    enforce: 'pre',
    async load(id) {
      const [path = '', language] = /^(.*\/words\/([a-z]{2})\.ts)$/.exec(id)?.slice(1) ?? []
      if (language === undefined) return undefined
      const { [language]: messages } = (await import(path)) as Record<string, Messages>
      return `export const ${language} = ${JSON.stringify(compileAll(messages ?? {}))}`
    },
  }
}

function compileAll(messages: Messages): object {
  return Object.fromEntries(
    Object.entries(messages).map(([key, value]) => [
      key,
      typeof value === 'string' ? compile(value) : compileAll(value),
    ]),
  )
}
