/** The part of the engine that puts signing keys in place; it comes without types. */
declare module 'oidc-provider/lib/helpers/initialize_keystore.js' {
  const initializeKeystore: (this: object, jwks: { keys: object[] }) => void
  // biome-ignore lint/style/noDefaultExport: this is how the engine exports it
  export default initializeKeystore
}
