/** An element of XML, its name without prefix. */
export interface XmlNode {
  name: string
  attributes: Readonly<Record<string, string>>
  children: Array<XmlNode | string>
}

export function childOf(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return childrenOf(node, name)[0]
}

export function childrenOf(node: XmlNode | undefined, name: string): XmlNode[] {
  return (node?.children ?? []).filter(
    (child) => typeof child !== 'string' && child.name === name,
  ) as XmlNode[]
}

/** Its text in one line; undefined when it has none. */
export function textIn(node: XmlNode | undefined): string | undefined {
  if (node === undefined) return undefined
  const text = rawText(node).replaceAll(/\s+/g, ' ').trim()
  return text === '' ? undefined : text
}

export function appendText(node: XmlNode, text: string): void {
  const last = node.children.length - 1
  const before = node.children[last]
  if (typeof before === 'string') node.children[last] = before + text
  else node.children.push(text)
}

function rawText(node: XmlNode): string {
  return node.children.map((child) => (typeof child === 'string' ? child : rawText(child))).join('')
}
