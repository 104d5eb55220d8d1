import { ask, type RpcClient, RpcClientError } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'
import { JsonRpcApiProvider, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult, Network } from 'ethers'

/** An ethers provider over a client, so that it works over a socket too. Destroying it leaves the client open. */
export async function createNodeProvider(client: RpcClient): Promise<JsonRpcApiProvider> {
  const chainId = await ask(client, 'eth_chainId', [])
  return new NodeProvider(client, Network.from(BigInt(chainId)))
}

class NodeProvider extends JsonRpcApiProvider {
  readonly #client: RpcClient

  constructor(client: RpcClient, network: Network) {
    super(network, { staticNetwork: network, batchMaxCount: 1 })
    this.#client = client
    this._start()
  }

  override async _send(payload: JsonRpcPayload | Array<JsonRpcPayload>): Promise<Array<JsonRpcResult | JsonRpcError>> {
    return Promise.all([payload].flat().map((one) => this.#sendOne(one)))
  }

  async #sendOne({ id, method, params }: JsonRpcPayload): Promise<JsonRpcResult | JsonRpcError> {
    try {
      return { id, result: await this.#client.call(method, params as readonly JsonValue[]) }
    } catch (error) {
      if (!(error instanceof RpcClientError) || error.code !== 'RPC_REFUSED') throw error
      // Ethers recognises errors by the node's own words.
      const message = error.message.slice(`${method}: `.length)
      return { id, error: { code: error.rpcCode ?? 0, message, data: error.data } }
    }
  }
}
