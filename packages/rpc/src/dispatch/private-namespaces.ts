/** Only for the node's owner: its own socket, or the token. */
export const PRIVATE_NAMESPACES: ReadonlySet<string> = new Set(['admin', 'miner', 'debug', 'trace'])
