export { FOUNDRY_VERSION, foundryPlatform, installedForge } from './installed-forge.ts'
export { writeSolc } from './write-solc.ts'
