/** The types of a choice, as they stand at the end of a JSON name: valueQuantity. */
const choiceTypes = new Set(
  (
    'Base64Binary Boolean Canonical Code Date DateTime Decimal Id Instant Integer Markdown Oid PositiveInt String Time ' +
    'UnsignedInt Uri Url Uuid Address Age Annotation Attachment CodeableConcept Coding ContactPoint Count Distance ' +
    'Duration HumanName Identifier Money Period Quantity Range Ratio Reference SampledData Signature Timing ' +
    'ContactDetail Contributor DataRequirement Expression ParameterDefinition RelatedArtifact TriggerDefinition ' +
    'UsageContext Dosage Meta'
  ).split(' '),
)

/** The elements of that name; of a choice, whichever type it has. */
export function membersOf(owners: readonly unknown[], name: string): readonly unknown[] {
  const found: unknown[] = []
  for (const owner of owners) {
    if (typeof owner !== 'object' || owner === null) continue
    const fields = owner as Record<string, unknown>
    if (Object.hasOwn(fields, name)) collect(fields[name], found)
    else
      for (const key in fields)
        if (key.length > name.length && key.startsWith(name) && choiceTypes.has(key.slice(name.length)))
          collect(fields[key], found)
  }
  return found
}

function collect(value: unknown, found: unknown[]): void {
  if (!Array.isArray(value)) {
    if (value !== undefined && value !== null) found.push(value)
    return
  }
  // Lists of primitives have null where only an extension is.
  for (const each of value) if (each !== null && each !== undefined) found.push(each)
}

/** An empty collection is neither true nor false. One value that is not a boolean counts as true. */
export function asBoolean(values: readonly unknown[]): boolean | undefined {
  const [only] = values
  if (values.length === 0) return undefined
  return typeof only === 'boolean' && values.length === 1 ? only : true
}

/** Whether two values, or lists of them, are the same in all they hold; the order of fields does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [Object.entries(a), b as Record<string, unknown>]
  return (
    left.length === Object.keys(right).length &&
    left.every(([key, value]) => Object.hasOwn(right, key) && isSame(value, right[key]))
  )
}

/** `known` is the type from the definition. A resolved reference stands for the record that it names. */
export function isTypeOf(value: unknown, type: string, known: string | undefined): boolean {
  if (known !== undefined) return known.toLowerCase() === type.toLowerCase()
  if (typeof value === 'boolean') return type === 'boolean' || type === 'Boolean'
  if (typeof value !== 'object' || value === null) return false
  const { resourceType } = value as { resourceType?: unknown }
  return (resourceType ?? typeOfReference(value)) === type
}

/** `value as Quantity` is the JSON name valueQuantity. */
export function jsonNameOf(choice: string, type: string): string {
  return choice + type.charAt(0).toUpperCase() + type.slice(1)
}

const typePattern = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** The type that a reference names, read from the reference itself, because the target is not available here. */
export function typeOfReference(value: unknown): string | undefined {
  const fields = value as { reference?: unknown; type?: unknown }
  const text = typeof value === 'string' ? value : fields.reference
  const named = typeof text === 'string' ? typePattern.exec(text)?.[1] : undefined
  if (named !== undefined) return named
  return typeof value === 'object' && typeof fields.type === 'string' ? fields.type : undefined
}
