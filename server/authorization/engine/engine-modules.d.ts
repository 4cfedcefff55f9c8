/** The parts of the engine that `oidc-internals.ts` reaches into; they come without types. */
declare module 'oidc-provider/lib/helpers/initialize_keystore.js' {
  const initializeKeystore: (this: object, jwks: { keys: object[] }) => void
  // biome-ignore lint/style/noDefaultExport: this is how the engine exports it
  export default initializeKeystore
}

declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  type Handler = (ctx: import('oidc-provider').KoaContextWithOIDC) => Promise<void>
  const insideOf: (provider: object) => {
    grantTypeHandlers: Map<string, Handler>
    responseModes: Map<string, import('./oidc-internals.ts').ResponseMode>
  }
  // biome-ignore lint/style/noDefaultExport: this is how the engine exports it
  export default insideOf
}
