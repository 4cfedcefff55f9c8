import { isExactNumber } from './exact-json.ts'

/** The size of a slice that is scanned without a break. It takes a tenth of a millisecond. */
const sliceBytes = 64 * 1024

/** An object that is an item of an array of the outermost value, such as an entry of a Bundle. */
export interface JsonPart {
  /** Its place in the text, in bytes; the end is the byte behind it. */
  start: number
  end: number
  /** Names, items and values inside. */
  values: number
  /** Whether JSON.stringify would write a number inside in another way. */
  hasExactNumbers: boolean
}

/** The text around the parts. */
export interface JsonScan {
  parts: JsonPart[]
  /** Names, items and values outside of the parts. */
  values: number
  hasExactNumbers: boolean
  /** The levels of the deepest place. */
  depth: number
  /** Whether the text ends with open brackets. */
  isCutOff: boolean
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const openBracket = 0x5b
const closeBrace = 0x7d
const closeBracket = 0x5d
const comma = 0x2c
const minus = 0x2d

/**
 * Scans a JSON text without parsing it, and yields the findings after each slice, so that other requests do not wait for a large
 * text. It also takes texts that are not JSON. Its findings then prove nothing.
 */
export function* scanJson(bytes: Buffer): Generator<JsonScan, JsonScan> {
  const scanner = new Scanner(bytes)
  while (scanner.readSlice()) yield scanner.scan
  return scanner.end()
}

class Scanner {
  readonly #bytes: Buffer
  readonly scan: JsonScan = { parts: [], values: 1, hasExactNumbers: false, depth: 0, isCutOff: false }
  #at = 0
  #isText = false
  #depth = 0
  /** The brackets that are open on the first two levels. */
  #first = 0
  #second = 0
  /** The part that is open, and the level on which it stands. */
  #part: JsonPart | undefined
  #partDepth = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Whether there is more. */
  readSlice(): boolean {
    const end = Math.min(this.#at + sliceBytes, this.#bytes.length)
    while (this.#at < end) {
      if (this.#isText) this.#at = this.#readText(this.#at, end)
      else this.#at = this.#readByte(this.#bytes[this.#at] ?? 0, this.#at)
    }
    return this.#at < this.#bytes.length
  }

  end(): JsonScan {
    this.scan.isCutOff = this.#isText || this.#depth > 0
    return this.scan
  }

  /** Goes on behind the text, or where the slice ends. */
  #readText(from: number, end: number): number {
    const bytes = this.#bytes
    let at = from
    for (; at < end; at++) {
      if (bytes[at] === backslash) at++
      else if (bytes[at] === quote) {
        this.#isText = false
        return at + 1
      }
    }
    // One byte more when the slice ends within an escape.
    return at
  }

  #readByte(byte: number, at: number): number {
    switch (byte) {
      case quote:
        this.#isText = true
        return at + 1
      case openBrace:
      case openBracket:
        this.#open(byte, at)
        return at + 1
      case closeBrace:
      case closeBracket:
        this.#close(at)
        return at + 1
      case comma:
        this.#count()
        return at + 1
      default:
        return isDigit(byte) || byte === minus ? this.#readNumber(at) : at + 1
    }
  }

  #open(byte: number, at: number): void {
    if (!this.#part && byte === openBrace && this.#isInArray()) {
      this.scan.values++
      this.#part = { start: at, end: this.#bytes.length, values: 0, hasExactNumbers: false }
      this.#partDepth = this.#depth
    }
    this.#depth++
    if (this.#depth === 1) this.#first = byte
    if (this.#depth === 2) this.#second = byte
    this.scan.depth = Math.max(this.scan.depth, this.#depth)
    this.#count()
  }

  /** Whether what begins is an item of the outermost array, or of an array in the outermost object. */
  #isInArray(): boolean {
    if (this.#depth === 1) return this.#first === openBracket
    return this.#depth === 2 && this.#first === openBrace && this.#second === openBracket
  }

  #close(at: number): void {
    this.#depth--
    if (!this.#part || this.#depth !== this.#partDepth) return
    this.#part.end = at + 1
    this.scan.parts.push(this.#part)
    this.#part = undefined
  }

  #count(): void {
    if (this.#part) this.#part.values++
    else this.scan.values++
  }

  /** Goes on behind the number. */
  #readNumber(start: number): number {
    let end = start + 1
    while (end - start < sliceBytes && isOfNumber(this.#bytes[end])) end++
    if (isExactNumber(this.#bytes.toString('latin1', start, end)))
      (this.#part ?? this.scan).hasExactNumbers = true
    return end
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

/** Digits, `.`, `+`, `-`, `e` and `E`. */
function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return isDigit(byte) || byte === minus || byte === 0x2b || byte === 0x2e || byte === 0x45 || byte === 0x65
}
