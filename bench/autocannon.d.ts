/** The part of autocannon that the bench uses; it comes without types. */
declare module 'autocannon' {
  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    requests: Array<{ method: 'GET'; path: string; headers: Record<string, string> }>
  }
  interface Result {
    requests: { total: number }
    /** Seconds. */
    duration: number
    non2xx: number
    errors: number
  }
  // biome-ignore lint/style/noDefaultExport: it is how the package exports itself
  export default function autocannon(options: Options): Promise<Result>
}
