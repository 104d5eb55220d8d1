import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'

/** The C library that Node runs on, as its diagnostic report names it; undefined where that is not glibc. */
export function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime
}

/** Whether the packaged llama.cpp can be loaded: it is linked against glibc, and musl's exp would give other bits. */
export function checkCLibrary(version: string | undefined = glibcVersion()): DoctorCheck {
  return toDoctorCheck({
    name: 'C library',
    ok: version !== undefined,
    found: version === undefined ? 'no glibc' : `glibc ${version}`,
    expected: 'glibc',
    hint: 'Use a distribution with glibc (Debian, Ubuntu, Fedora); Alpine has musl.',
  })
}
