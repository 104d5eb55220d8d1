import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { CHECKOUT } from './copy-checkout.ts'

/** One call of a path on a port of a container, by name or number. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

/** What the tests read from a container in Kubernetes. */
export interface Container {
  readonly name: string
  readonly image: string
  readonly args: readonly string[]
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe?: Probe
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<'cpu' | 'memory', string>>>>
  readonly securityContext?: object
  readonly volumeMounts?: readonly { readonly mountPath: string }[]
}

/** A rule of a network policy: from whom, to which ports. */
export interface IngressRule {
  readonly from?: readonly object[]
  readonly ports: readonly { readonly port: string | number }[]
}

/** What the tests read from any object in Kubernetes. */
export interface KubernetesObject {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: {
    readonly selector?: Labels & { readonly matchLabels?: Labels }
    readonly podSelector?: { readonly matchLabels: Labels }
    readonly ingress?: readonly IngressRule[]
    readonly ports?: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[]
    readonly volumeClaimTemplates?: readonly object[]
    readonly template?: {
      readonly metadata: { readonly labels: Labels; readonly annotations?: Labels }
      readonly spec: { readonly containers: readonly Container[]; readonly securityContext?: object }
    }
  }
}

type Labels = Readonly<Record<string, string>>

/** What the tests read from a service of Docker Compose. */
export interface ComposeService {
  readonly image: string
  readonly command?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: { readonly disable: boolean }
  readonly deploy?: { readonly resources?: { readonly limits?: object } }
}

/** The text of a file of the checkout. */
export function readText(path: string): string {
  return readFileSync(join(CHECKOUT, path), 'utf8')
}

/** The documents of a YAML file. Throws at its first fault, a key that stands twice among them. */
export function readYaml(path: string): readonly unknown[] {
  return parseAllDocuments(readText(path), { merge: true }).map((document) => {
    const [fault] = [...document.errors, ...document.warnings]
    if (fault !== undefined) throw new Error(`${path}: ${fault.message}`)
    return document.toJS()
  })
}

/** An instruction of a Dockerfile with its arguments, continued lines joined. */
export interface DockerInstruction {
  readonly name: string
  readonly text: string
}

/** The stages of a Dockerfile, each from its FROM on. */
export function readStages(path: string): readonly (readonly DockerInstruction[])[] {
  const lines = readText(path)
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const stages: DockerInstruction[][] = []
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (name === 'FROM') stages.push([])
    const stage = stages.at(-1)
    if (name === '' || stage === undefined) throw new Error(`${path}: ${line}`)
    stage.push({ name, text })
  }
  return stages
}
